import type { JobDefaults, JobEntry } from '../../../shared/job-file.ts'
import type { OnFault } from './source.ts'
import type { SpecPath } from './spec-path.ts'
import { compileTemplate, fillTemplate, hasSlot } from './template.ts'
import type { Template, TemplateRow, TemplateScope } from './template.ts'

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
  /** Whether there can be such a job may be different in each row: what it runs is, or its group. */
  readonly varies_validity: boolean
  /** Its folder is another one in each row. */
  readonly varies_cwd: boolean
}

/** The keys of a job with those that it has of the defaults: its own win, `env` is merged. */
export function withDefaults(entry: JobEntry, defaults: JobDefaults): JobEntry {
  const env = entry.env === undefined ? defaults.env : { ...defaults.env, ...entry.env }
  return { ...defaults, ...entry, ...(env === undefined ? {} : { env }) }
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
  const { name, command, args, env, with: input } = entry
  const named = name === undefined ? null : compiler.text(name, ['name'])
  const fills: Fill<Partial<JobEntry>>[] = []
  const add = <Value>(fill: Fill<Value> | null, toPart: (value: Value) => Partial<JobEntry>): void => {
    if (fill !== null) fills.push((row) => toPart(fill(row)))
  }
  add(compiler.optional(entry.cwd, ['cwd']), (cwd) => ({ cwd }))
  const varies_cwd = fills.length > 0
  const before_checked = fills.length
  add(compiler.optional(entry.group, ['group']), (group) => ({ group }))
  add(compiler.optional(entry.script, ['script']), (script) => ({ script }))
  add(compiler.optional(entry.module, ['module']), (module) => ({ module }))
  let varies_validity = fills.length > before_checked
  if (typeof command === 'string')
    add(compiler.text(command, ['command'], true), (line) => ({ command: line }))
  if (Array.isArray(command)) {
    const [program, ...rest] = command
    const first = compiler.text(program, ['command', 0])
    const others = compiler.list(rest, ['command'], 1)
    varies_validity ||= first !== null
    if (first !== null || others !== null) {
      fills.push((row) => ({ command: [first?.(row) ?? program, ...(others?.(row) ?? rest)] }))
    }
  }
  if (args !== undefined) add(compiler.list(args, ['args'], 0), (filled) => ({ args: filled }))
  if (env !== undefined) add(compiler.map(env, ['env']), (filled) => ({ env: filled }))
  if (input !== undefined) add(compiler.any(input, ['with']), (filled) => ({ with: filled }))
  if (compiler.failed) return null
  return {
    entry,
    fill: (row) => {
      const filled = { ...entry }
      for (const fill of fills) Object.assign(filled, fill(row))
      return filled
    },
    name: named,
    has_slot: compiler.has_slot,
    varies_validity,
    varies_cwd,
  }
}

class Compiler {
  readonly #scope: TemplateScope
  readonly #pathOf: (path: SpecPath) => SpecPath
  readonly #onFault: OnFault
  failed = false
  has_slot = false

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
    return this.#fill(compiled, use)
  }

  #fill(template: Template, use: { readonly shell: boolean }): Fill<string> {
    if (hasSlot(template)) this.has_slot = true
    return (row) => fillTemplate(template, row, use)
  }

  optional(text: string | undefined, path: SpecPath): Fill<string> | null {
    return text === undefined ? null : this.text(text, path)
  }

  /** @param first what the first item counts as in its path */
  list(items: readonly string[], path: SpecPath, first: number): Fill<string[]> | null {
    const fills = items.map((item, index) => this.text(item, [...path, first + index]))
    if (fills.every((fill) => fill === null)) return null
    return (row) => items.map((item, index) => fills[index]?.(row) ?? item)
  }

  map(values: Readonly<Record<string, string>>, path: SpecPath): Fill<Record<string, string>> | null {
    const fills = Object.entries(values).flatMap(([key, value]) => {
      const fill = this.text(value, [...path, key])
      return fill === null ? [] : [[key, fill] as const]
    })
    if (fills.length === 0) return null
    return (row) => ({ ...values, ...Object.fromEntries(fills.map(([key, fill]) => [key, fill(row)])) })
  }

  /** The texts anywhere inside the input of a module; keys stay. */
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
