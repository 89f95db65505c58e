import { jobSchemaOfKeys, KNOWN_KEYS } from '../../../shared/job-file.ts'
import type { JobEntry } from '../../../shared/job-file.ts'
import { EXPRESSION_PATTERN, ROW_KEYS } from '../../../shared/job-file-row-keys.ts'
import { tellIssues } from './issues.ts'
import type { IssueContext } from './issues.ts'
import { parseEntry } from './parse-entry.ts'
import type { EntrySchema } from './parse-entry.ts'
import type { OnFault, RawFault } from './source.ts'
import { valueAt } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'
import { scalarOf } from './table-columns.ts'
import type { TemplateRow } from './template.ts'

/** Sets of values that are remembered: most sweeps have few. */
const MAX_KNOWN = 1_000

type Written = Readonly<Record<string, unknown>>
type RowValues = { readonly values: Partial<JobEntry> } | { readonly faults: readonly RawFault[] }

/**
 * Parses a job that may be a sweep. Keys that are known for each of its jobs only are kept in `row_keys` as they are
 * written; the others are looked at here.
 * @param is_sweep it is one, whatever its keys
 * @returns null where a fault was told
 */
export function parseJob<Entry extends JobEntry>(
  schema: EntrySchema<Entry>,
  context: IssueContext,
  onFault: OnFault,
  is_sweep = false,
): Entry | null {
  const { prefix, keys } = context
  const value = valueAt(context.root, prefix)
  const row_keys = rowKeysIn(value, is_sweep, keys)
  if (row_keys === null) return parseEntry(schema, context, onFault)
  const rest: Record<string, unknown> = Object.fromEntries(entriesOf(value))
  for (const key of Object.keys(row_keys)) Reflect.deleteProperty(rest, key)
  const inner: IssueContext = { root: rest, prefix: [], keys }
  const entry = parseEntry(schema, inner, (make) => {
    onFault(() => within(prefix, make()))
  })
  return entry === null ? null : { ...entry, row_keys }
}

/** The defaults of a file, without the keys that have an expression; and those. They are looked at for each job of a sweep. */
export function splitDefaults(root: unknown): {
  readonly rest: unknown
  readonly row_keys: Written | null
} {
  const defaults = valueAt(root, ['defaults'])
  const row_keys = rowKeysIn(defaults, true, 'defaults')
  if (row_keys === null) return { rest: root, row_keys }
  const plain = entriesOf(defaults).filter(([key]) => !Object.hasOwn(row_keys, key))
  return {
    rest: { ...Object.fromEntries(entriesOf(root)), defaults: Object.fromEntries(plain) },
    row_keys,
  }
}

function within(prefix: SpecPath, fault: RawFault): RawFault {
  return { ...fault, path: [...prefix, ...fault.path] }
}

/** @returns null where there is none */
function rowKeysIn(value: unknown, is_sweep: boolean, keys: IssueContext['keys']): Written | null {
  if (typeof value !== 'object' || value === null) return null
  if (!is_sweep && !Object.hasOwn(value, 'strategy') && !Object.hasOwn(value, 'inputs')) return null
  const found = ROW_KEYS.flatMap((key) => {
    const written: unknown = isKnown(key, keys) ? Reflect.get(value, key) : undefined
    return hasExpression(written) ? [[key, written] as const] : []
  })
  return found.length === 0 ? null : Object.fromEntries(found)
}

function isKnown(key: string, keys: IssueContext['keys']): boolean {
  return KNOWN_KEYS[keys].some((known) => known === key)
}

function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return EXPRESSION_PATTERN.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression)
}

/** What the row keys of a sweep are in one of its jobs. */
export class RowKeys {
  readonly #written: Written
  readonly #fill: (row: TemplateRow) => unknown
  readonly #known = new Map<string, RowValues>()
  readonly #told = new Set<string>()

  /** @param fill puts the values of a row into the texts of `written` */
  constructor(written: Written, fill: (row: TemplateRow) => unknown) {
    this.#written = written
    this.#fill = fill
  }

  /**
   * @param tell is given the faults, of each key those of the first value that is wrong
   * @returns null where the row has a fault
   */
  of(row: TemplateRow, tell: (fault: RawFault) => void): Partial<JobEntry> | null {
    const filled = this.#fill(row)
    const values = Object.fromEntries(settledParts(this.#written, filled))
    const id = JSON.stringify(values)
    const known = this.#known.get(id) ?? read(values)
    if (this.#known.size < MAX_KNOWN) this.#known.set(id, known)
    if ('values' in known) return known.values
    for (const fault of known.faults) {
      const place = JSON.stringify(fault.path)
      if (!this.#told.has(place)) tell(fault)
      this.#told.add(place)
    }
    return null
  }
}

function read(values: Written): RowValues {
  const parsed = jobSchemaOfKeys(Object.keys(values)).safeParse(values)
  if (parsed.success) return { values: parsed.data }
  const faults: RawFault[] = []
  tellIssues(parsed.error.issues, { root: values, prefix: [], keys: 'job' }, (make) => {
    faults.push(make())
  })
  return { faults }
}

function settledParts(written: object, filled: unknown): (readonly [string, unknown])[] {
  return entriesOf(written).flatMap(([key, part]) => {
    const value = settled(part, valueAt(filled, [Array.isArray(filled) ? Number(key) : key]))
    return value === undefined ? [] : [[key, value] as const]
  })
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

/** A filled text is the number or the boolean that it looks like, as a cell of a table is; an empty one says nothing. */
function settled(written: unknown, filled: unknown): unknown {
  if (typeof written === 'string') {
    if (!EXPRESSION_PATTERN.test(written) || typeof filled !== 'string') return filled
    return filled.trim() === '' ? undefined : scalarOf(filled.trim())
  }
  if (typeof written !== 'object' || written === null) return written
  const parts = settledParts(written, filled)
  return Array.isArray(written) ? parts.map(([, value]) => value) : Object.fromEntries(parts)
}
