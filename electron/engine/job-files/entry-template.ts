import type { JobDefaults, JobEntry } from '../../../shared/job-file.ts'
import { RowKeys } from './row-keys.ts'
import type { OnFault } from './source.ts'
import { quoted } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'
import { compileTemplate, fillTemplate, hasSlot, needsIn } from './template.ts'
import type { Template, TemplateRow, TemplateScope } from './template.ts'

/** A place where a job names a value of one that it needs. */
export interface NeedRef {
  /** The needed job, as it is written. */
  readonly label: string
  /** Of the text. */
  readonly path: SpecPath
  /** The first key of the job on the way to it. */
  readonly key: string
  readonly hole: string
}

/** What is not looked at before the job is started. */
const LATE_KEYS: readonly unknown[] = ['command', 'args', 'with', 'env', 'cwd']

type Fill<Value> = (row: TemplateRow) => Value

/** A job with holes. */
export interface EntryTemplate {
  /** Its keys, with those it has of the defaults. */
  readonly entry: JobEntry
  /** The job of a row; `name` is left as it was written. */
  readonly fill: Fill<JobEntry>
  /** null: its name has no hole, or there is none. */
  readonly name: Fill<string> | null
  readonly has_slot: boolean
  /** Where its texts name values of needed jobs. */
  readonly need_refs: readonly NeedRef[]
  /** Its keys of a fixed form that are known row by row; null: none is. */
  readonly row_keys: RowKeys | null
  /** Whether there can be such a job may be different in each row: what it runs is, or its group. */
  readonly varies_validity: boolean
  /** Its folder is another one in each row. */
  readonly varies_cwd: boolean
}

/** The keys of a job with those that it has of the defaults: its own win, `env` is merged. */
export function withDefaults(entry: JobEntry, defaults: JobDefaults): JobEntry {
  const env = entry.env === undefined ? defaults.env : { ...defaults.env, ...entry.env }
  const row_keys = { ...rowKeysLeft(entry, defaults), ...entry.row_keys }
  const hasRowKeys = Object.keys(row_keys).length > 0
  return {
    ...{ ...defaults, ...entry },
    ...(env === undefined ? {} : { env }),
    ...(hasRowKeys ? { row_keys } : {}),
  }
}

/** Keys of the defaults that have an expression, and that the job does not say itself. */
export function rowKeysLeft(entry: JobEntry, { row_keys = {} }: JobDefaults): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row_keys).filter(
      ([key]) => !Object.hasOwn(entry, key) && !Object.hasOwn(entry.row_keys ?? {}, key),
    ),
  )
}

/**
 * Finds the holes in every text of a job. Whatever is wrong with one is told.
 * @param entry with its defaults
 * @param pathOf where a key of the job, or a variable of its env, is written
 * @returns null where a fault was told
 */
export function compileEntry(
  entry: JobEntry,
  scope: TemplateScope,
  pathOf: (path: SpecPath) => SpecPath,
  onFault: OnFault,
): EntryTemplate | null {
  const compiler = new Compiler(scope, pathOf, onFault)
  const named = entry.name === undefined ? null : compiler.text(entry.name, ['name'])
  const cwd = fillOf(compiler.optional(entry.cwd, ['cwd']), 'cwd')
  const checked = checkedFills(entry, compiler)
  const command = commandFills(entry.command, compiler)
  const fills = [...cwd, ...checked, ...command.fills, ...otherFills(entry, compiler)]
  const row_keys = rowKeysOf(entry, compiler)
  if (compiler.failed) return null
  return {
    entry,
    row_keys,
    fill: (row) => {
      const filled = { ...entry }
      for (const fill of fills) fill(filled, row)
      return filled
    },
    name: named,
    has_slot: compiler.has_slot,
    need_refs: compiler.need_refs,
    varies_validity: row_keys !== null || checked.length > 0 || command.varies_program,
    varies_cwd: cwd.length > 0,
  }
}

/** Each fills a key of a job. */
type Fills = readonly ((filled: JobEntry, row: TemplateRow) => void)[]

/** None where there is nothing to fill. */
function fillOf<Key extends keyof JobEntry>(fill: Fill<JobEntry[Key]> | null, key: Key): Fills {
  if (fill === null) return []
  return [
    (filled, row) => {
      filled[key] = fill(row)
    },
  ]
}

/** What is looked at once more when it is filled: there may be no such file, or no group of that name. */
function checkedFills({ group, script, module }: JobEntry, compiler: Compiler): Fills {
  return [
    ...fillOf(compiler.optional(group, ['group']), 'group'),
    ...fillOf(compiler.optional(script, ['script']), 'script'),
    ...fillOf(compiler.optional(module, ['module']), 'module'),
  ]
}

function commandFills(
  command: JobEntry['command'],
  compiler: Compiler,
): { readonly fills: Fills; readonly varies_program: boolean } {
  if (command === undefined) return { fills: [], varies_program: false }
  if (typeof command === 'string') {
    const line = compiler.text(command, ['command'], true)
    return { fills: fillOf(line, 'command'), varies_program: false }
  }
  const [program, ...rest] = command
  const first = compiler.text(program, ['command', 0])
  const others = compiler.list(rest, ['command'], 1)
  if (first === null && others === null) return { fills: [], varies_program: false }
  const fill: Fill<JobEntry['command']> = (row) => [first?.(row) ?? program, ...(others?.(row) ?? rest)]
  return { fills: fillOf(fill, 'command'), varies_program: first !== null }
}

function otherFills({ args, env, with: input, unique, on_finish }: JobEntry, compiler: Compiler): Fills {
  return [
    ...fillOf(args === undefined ? null : compiler.list(args, ['args'], 0), 'args'),
    ...fillOf(env === undefined ? null : compiler.map(env, ['env']), 'env'),
    ...fillOf(compiler.any(input, ['with']), 'with'),
    ...fillOf(uniqueFill(unique, compiler), 'unique'),
    ...fillOf(hookFill(on_finish, compiler), 'on_finish'),
  ]
}

function uniqueFill(unique: JobEntry['unique'], compiler: Compiler): Fill<JobEntry['unique']> | null {
  if (typeof unique !== 'object') return compiler.optional(unique, ['unique'])
  const key = compiler.text(unique.key, ['unique', 'key'])
  return key === null ? null : (row) => ({ ...unique, key: key(row) })
}

/** What means nothing to the sweep stays for the end of the job, like {state}. */
function hookFill(hook: JobEntry['on_finish'], compiler: Compiler): Fill<JobEntry['on_finish']> | null {
  if (typeof hook !== 'object') return compiler.optional(hook, ['on_finish'], true)
  const command = compiler.text(hook.command, ['on_finish', 'command'], true)
  return command === null ? null : (row) => ({ ...hook, command: command(row) })
}

function rowKeysOf({ row_keys }: JobEntry, compiler: Compiler): RowKeys | null {
  if (row_keys === undefined) return null
  return new RowKeys(row_keys, compiler.any(row_keys, []) ?? (() => row_keys))
}

class Compiler {
  readonly #scope: TemplateScope
  readonly #pathOf: (path: SpecPath) => SpecPath
  readonly #onFault: OnFault
  failed = false
  has_slot = false
  readonly need_refs: NeedRef[] = []

  constructor(scope: TemplateScope, pathOf: (path: SpecPath) => SpecPath, onFault: OnFault) {
    this.#scope = scope
    this.#pathOf = pathOf
    this.#onFault = onFault
  }

  /** @returns null where the text is the same in every row, like all of these */
  text(text: string, path: SpecPath, shell = false): Fill<string> | null {
    const use = { shell }
    const compiled = compileTemplate(text, this.#scope, use)
    if (compiled === null) return null
    if ('message' in compiled) {
      this.failed = true
      this.#onFault(() => ({ ...compiled, path: this.#pathOf(path) }))
      return null
    }
    for (const { label, hole } of needsIn(compiled)) this.#refer(label, hole, path)
    if (path[0] === 'on_finish' && hasSlot(compiled)) this.#tellSlot(path)
    return this.#fill(compiled, use)
  }

  #refer(label: string, hole: string, path: SpecPath): void {
    const key = String(path[0])
    this.need_refs.push({ label, hole, key, path: this.#pathOf(path) })
    if (LATE_KEYS.includes(key)) return
    this.failed = true
    const message = `${quoted(hole)} is known when the job starts, and ${key} before: it may stand in ${LATE_KEYS.join(', ')}.`
    this.#onFault(() => ({ code: 'BAD_EXPRESSION', path: this.#pathOf(path), message, found: quoted(hole) }))
  }

  /** The job has given its slot back when it has ended. */
  #tellSlot(path: SpecPath): void {
    this.failed = true
    const message = 'The slot {%} is one of the job only while it runs. Leave it out.'
    this.#onFault(() => ({ code: 'BAD_EXPRESSION', path: this.#pathOf(path), message, found: '"{%}"' }))
  }

  #fill(template: Template, use: { readonly shell: boolean }): Fill<string> {
    if (hasSlot(template)) this.has_slot = true
    return (row) => fillTemplate(template, row, { ...use, again: this.need_refs.length > 0 })
  }

  optional(text: string | undefined, path: SpecPath, shell = false): Fill<string> | null {
    return text === undefined ? null : this.text(text, path, shell)
  }

  /** @param first what the first item counts as in its path */
  list(items: readonly string[], path: SpecPath, first: number): Fill<string[]> | null {
    const fills = items.map((item, index) => this.text(item, [...path, first + index]))
    const holes = fills.flatMap((fill, index) => (fill === null ? [] : [{ fill, index }]))
    if (holes.length === 0) return null
    return (row) => {
      const filled = [...items]
      for (const { fill, index } of holes) filled[index] = fill(row)
      return filled
    }
  }

  map(values: Readonly<Record<string, string>>, path: SpecPath): Fill<Record<string, string>> | null {
    const fills = Object.entries(values).flatMap(([key, value]) => {
      const fill = this.text(value, [...path, key])
      return fill === null ? [] : [[key, fill] as const]
    })
    if (fills.length === 0) return null
    return (row) => ({ ...values, ...Object.fromEntries(fills.map(([key, fill]) => [key, fill(row)])) })
  }

  /** The texts anywhere inside a value, like the input of a module; keys stay. */
  any(value: unknown, path: SpecPath): Fill<unknown> | null {
    if (typeof value === 'string') return this.text(value, path)
    if (typeof value !== 'object' || value === null) return null
    const isList = Array.isArray(value)
    const fills = Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
      const fill = this.any(inner, [...path, isList ? Number(key) : key])
      return fill === null ? [] : [[key, fill] as const]
    })
    if (fills.length === 0) return null
    return (row) => {
      const filled = Object.fromEntries(fills.map(([key, fill]) => [key, fill(row)]))
      return isList ? Object.assign(Array.from<unknown>(value), filled) : { ...value, ...filled }
    }
  }
}
