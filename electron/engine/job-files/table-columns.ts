import { KNOWN_KEYS } from '../../../shared/job-file.ts'
import { guess } from './issues.ts'
import type { RawFault } from './source.ts'
import { quoted } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'

/** What a column of a table is. */
export type TableColumn =
  /** A key of a job, like `priority` or `retry.limit`. */
  | { readonly kind: 'key'; readonly path: readonly string[] }
  /** Its cells take the place of `{name}` in the texts of their row. */
  | { readonly kind: 'value'; readonly name: string }
  /** Spreadsheets write columns without a name where there once was something. */
  | { readonly kind: 'nameless' }

/** Columns that are wrong, by their place in the header. */
export interface ColumnFault extends Pick<RawFault, 'code' | 'message'> {
  readonly index: number
}

/** What is no single value belongs into another format. */
const NOT_IN_TABLES: readonly string[] = ['script', 'args', 'module', 'with', 'strategy', 'inputs', 'needs']
const KEYS: readonly string[] = KNOWN_KEYS.job.filter((key) => !NOT_IN_TABLES.includes(key))
/** Keys whose cells are text, whatever they look like. */
const TEXT_KEYS: readonly string[] = ['name', 'command', 'cwd', 'env', 'group', 'unique', 'on_finish']
const LIST_KEYS: readonly string[] = ['retry.exit_codes', 'retry.causes']

/** The header of a table: `null` where there is no column `command`, so that it is none of ours. */
export class TableColumns {
  readonly columns: readonly TableColumn[]
  /** Names of the columns with values, in order. */
  readonly names: readonly string[]
  readonly faults: readonly ColumnFault[]
  /** Places of columns without a name. */
  readonly nameless: readonly number[]
  readonly #value_indexes: readonly number[]
  readonly #keys: readonly KeyColumn[]

  private constructor(headers: readonly string[]) {
    this.columns = headers.map(columnOf)
    this.names = this.columns.flatMap((column) => (column.kind === 'value' ? [column.name] : []))
    const placesOf = (kind: TableColumn['kind']): number[] =>
      this.columns.flatMap((column, index) => (column.kind === kind ? [index] : []))
    this.nameless = placesOf('nameless')
    this.#value_indexes = placesOf('value')
    this.#keys = this.columns.flatMap((column, index) =>
      column.kind === 'key' ? [{ index, path: column.path, isText: isText(column.path) }] : [],
    )
    this.faults = [...forbidden(headers), ...twice(headers)]
  }

  static of(headers: readonly string[]): TableColumns | null {
    const columns = new TableColumns(headers.map((header) => header.trim()))
    return columns.columns.some((column) => isCommand(column)) ? columns : null
  }

  /** The column in which a fault of a job is: the one that says most of its path. */
  indexOf(path: SpecPath): number {
    const depths = this.columns.map((column) => {
      if (column.kind !== 'key') return 0
      const parted = column.path.findIndex((part, depth) => path[depth] !== part)
      return parted < 0 ? column.path.length : parted
    })
    return Math.max(depths.indexOf(Math.max(...depths)), 0)
  }

  /** A column that nothing uses and that is called nearly like a key of a job is a slip. */
  slips(used: ReadonlySet<string>): ColumnFault[] {
    return this.columns.flatMap((column, index) => {
      if (column.kind !== 'value' || used.has(column.name)) return []
      const near = guess(column.name, KEYS)
      if (near === null) return []
      const message = `The column ${quoted(column.name)} is used nowhere. Did you mean ${quoted(near)}?`
      return [{ index, code: 'UNKNOWN_KEY' as const, message }]
    })
  }

  /** The cells of a row that are values, one for each name. */
  values(cells: readonly string[]): string[] {
    return this.#value_indexes.map((index) => cells[index] ?? '')
  }

  /** What the cells of a row say, as the job of a job file would. */
  job(cells: readonly string[]): Record<string, unknown> {
    const job: Record<string, unknown> = {}
    for (const { index, path, isText: asText } of this.#keys) {
      const cell = cells[index] ?? ''
      if (cell !== '') put(job, path, asText ? cell : valueOf(path, cell))
    }
    return job
  }
}

/** Where a key of the job is, found once for all rows. */
interface KeyColumn {
  readonly index: number
  readonly path: readonly string[]
  readonly isText: boolean
}

function isText(path: readonly string[]): boolean {
  return TEXT_KEYS.includes(path[0] ?? '')
}

function isCommand(column: TableColumn): boolean {
  return column.kind === 'key' && column.path.join('.') === 'command'
}

function columnOf(header: string): TableColumn {
  if (header === '') return { kind: 'nameless' }
  const [first = '', ...deeper] = header.split('.')
  const key = first.toLowerCase()
  if (!KEYS.includes(key)) return { kind: 'value', name: header }
  // Variables have names of their own, with dots and in any case.
  if (key === 'env')
    return deeper.length === 0
      ? { kind: 'value', name: header }
      : { kind: 'key', path: ['env', deeper.join('.')] }
  return { kind: 'key', path: [key, ...deeper.map((part) => part.toLowerCase())] }
}

function forbidden(headers: readonly string[]): ColumnFault[] {
  return headers.flatMap((header, index) => {
    const key = header.split('.')[0]?.toLowerCase() ?? ''
    if (!NOT_IN_TABLES.includes(key) && key !== 'env') return []
    if (key === 'env' && header.length > 'env.'.length) return []
    const message =
      key === 'env'
        ? 'Write a column for each variable, like "env.LANG".'
        : `A table cannot say ${quoted(key)}: write JSON lines for that. Call the column otherwise if you mean a value.`
    return [{ index, code: 'CONFLICT' as const, message }]
  })
}

function twice(headers: readonly string[]): ColumnFault[] {
  const ids = headers.map(idOf)
  return headers.flatMap((header, index): ColumnFault[] => {
    const id = ids[index] ?? ''
    if (id === '') return []
    const message = `There is another column ${quoted(header)} already.`
    if (ids.indexOf(id) < index) return [{ index, code: 'DUPLICATE_KEY', message }]
    const inner = ids.find((other) => isKey(header) && other.startsWith(`${id}.`))
    if (inner === undefined) return []
    const both = `This is said by ${quoted(inner)}, too: give every part of it a column of its own.`
    return [{ index, code: 'CONFLICT', message: both }]
  })
}

function isKey(header: string): boolean {
  return columnOf(header).kind === 'key'
}

function idOf(header: string): string {
  const column = columnOf(header)
  return column.kind === 'key' ? column.path.join('.') : header
}

function put(job: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const key = path[0] ?? ''
  if (path.length === 1) {
    job[key] = value
    return
  }
  const known = job[key]
  const inner: Record<string, unknown> = typeof known === 'object' && known !== null ? { ...known } : {}
  put(inner, path.slice(1), value)
  job[key] = inner
}

/** What is no text. */
function valueOf(path: readonly string[], cell: string): unknown {
  const text = cell.trim()
  const items = LIST_KEYS.includes(path.join('.')) ? text.split(/[\s,;]+/) : null
  return items === null ? scalarOf(text) : items.map(scalarOf)
}

/** What a text looks like. Spreadsheets write TRUE and FALSE. */
export function scalarOf(text: string): unknown {
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}
