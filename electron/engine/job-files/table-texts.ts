import { oneLine } from './normalise.ts'
import type { Environment } from './normalise.ts'
import type { OnFault } from './source.ts'
import type { SpecPath } from './spec-path.ts'
import { compileTemplate, fillTemplate } from './template.ts'
import type { Template, TemplateRow } from './template.ts'

const MAX_NAME_CHARS = 200
/** Templates that are kept: in many a table every row has the same command. */
const MAX_KNOWN = 256

const FILLED_KEYS = ['name', 'command', 'cwd', 'group', 'unique'] as const
const PATHS = {
  name: ['name'],
  command: ['command'],
  cwd: ['cwd'],
  group: ['group'],
  unique: ['unique'],
} as const satisfies Record<(typeof FILLED_KEYS)[number], SpecPath>
const [SHELL, PLAIN] = [{ shell: true }, { shell: false }]
const NO_MATRIX = {}

/** Texts of a job in which `{column}` stands for a cell of the same row. */
export class TableTexts {
  /** Columns that a text has named. */
  readonly used = new Set<string>()
  readonly #names: readonly string[]
  readonly #env: Environment
  /** By text, for the shell and not. */
  readonly #known = { shell: new Map<string, Template | null>(), plain: new Map<string, Template | null>() }

  /** @param names of the columns; where there are none, no text has holes */
  constructor(names: readonly string[], env: Environment) {
    this.#names = names
    this.#env = env
  }

  /** @param values one for each name. @returns the job with its texts filled */
  fill(job: Record<string, unknown>, values: readonly string[], onFault: OnFault): Record<string, unknown> {
    if (this.#names.length === 0) return job
    const filled = { ...job }
    const row = { values, matrix: NO_MATRIX, number: 0, slot_mark: '' }
    for (const key of FILLED_KEYS) {
      const text = job[key]
      if (typeof text === 'string') filled[key] = this.#text(text, PATHS[key], row, onFault)
    }
    const { env } = job
    if (typeof env === 'object' && env !== null) {
      filled['env'] = Object.fromEntries(
        Object.entries(env).map(([name, text]: [string, unknown]) => [
          name,
          typeof text === 'string' ? this.#text(text, ['env', name], row, onFault) : text,
        ]),
      )
    }
    return filled
  }

  #text(text: string, path: SpecPath, row: TemplateRow, onFault: OnFault): string {
    // Only in a command for the shell values are quoted.
    const use = path[0] === 'command' ? SHELL : PLAIN
    const template = this.#compiled(text, path, use, onFault)
    if (template === null) return text
    const filled = fillTemplate(template, row, use)
    // What a value is made of is nobody's fault.
    return path[0] === 'name' ? oneLine(filled, MAX_NAME_CHARS) : filled
  }

  #compiled(
    text: string,
    path: SpecPath,
    use: { readonly shell: boolean },
    onFault: OnFault,
  ): Template | null {
    const all_known = use.shell ? this.#known.shell : this.#known.plain
    const known = all_known.get(text)
    if (known !== undefined) return known
    const scope = { sources: this.#names, names_only: true, matrix: null, env: this.#env }
    const compiled = compileTemplate(text, scope, use)
    if (compiled !== null && 'message' in compiled) {
      onFault(() => ({ ...compiled, path }))
      return null
    }
    for (const piece of compiled ?? []) {
      const position = piece.kind === 'value' ? piece.position : null
      const name = position === null ? undefined : this.#names[position - 1]
      if (name !== undefined) this.used.add(name)
    }
    if (all_known.size >= MAX_KNOWN) all_known.clear()
    all_known.set(text, compiled)
    return compiled
  }
}
