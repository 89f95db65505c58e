import { resolve } from 'node:path'
import type { JobEntry } from '../../../shared/job-file.ts'
import { DEFAULT_MAX_JOBS } from '../../../shared/job-file-sweep.ts'
import type { JobSpec, SweepRules } from '../../../shared/job-spec.ts'
import { compileEntry, withDefaults } from './entry-template.ts'
import type { EntryTemplate, NeedRef } from './entry-template.ts'
import { filledPatterns } from './input-patterns.ts'
import { countRows, FILE_SOURCE, readInputs, VALUE_SOURCE } from './inputs.ts'
import { Matrix } from './matrix.ts'
import type { Combination } from './matrix.ts'
import { markNeedValues, neededLabels } from './need-marks.ts'
import { oneLine, toSpec } from './normalise.ts'
import type { SpecContext } from './normalise.ts'
import type { OnFault, RawFault } from './source.ts'
import { quoted, valueAt } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'
import type { SweepNames } from './sweep-names.ts'
import { rowsOf } from './sweep-rows.ts'
import type { GivenRows, RowSource, SweepRow } from './sweep-rows.ts'
import { sweepRules } from './sweep-rules.ts'
import type { TemplateRow, TemplateScope } from './template.ts'

/** True for a job that stands for many. */
export function isSweep({ strategy, inputs }: JobEntry): boolean {
  return strategy !== undefined || inputs !== undefined
}

const SLOT_MARK = '{%}'
const NO_MATRIX: readonly Combination[] = [{ values: {}, label: [] }]
/** Of a hostile file: there is no end to what a few of them can ask for. */
const MAX_SWEEP_CHARS = 4 * 1024 ** 3
const MAX_COMPARISONS = 20_000_000
const GROUP = /^\P{Cc}{1,100}$/u
/** Different faults of the jobs of one sweep; what more of them have is most likely the same. */
const MAX_TOLD = 100

type PathOf = (path: SpecPath) => SpecPath

/** One job of a file that becomes many. Whatever is wrong with all of them was told when it was made. */
export class Sweep {
  readonly #entry: JobEntry
  readonly #template: EntryTemplate
  readonly #rows: RowSource
  readonly #matrix: Matrix | null
  readonly #context: SpecContext
  readonly #pathOf: PathOf
  readonly #source: NonNullable<JobSpec['source']>

  private constructor(
    template: EntryTemplate,
    rows: RowSource,
    matrix: Matrix | null,
    context: SpecContext,
    pathOf: PathOf,
  ) {
    this.#entry = template.entry
    this.#template = template
    this.#pathOf = pathOf
    this.#source = { file: context.file, line: context.line }
    this.#rows = rows
    this.#matrix = matrix
    // The template has them in it.
    this.#context = { ...context, defaults: {} }
  }

  /**
   * @param given instead of the inputs of the job
   * @returns null where a fault was told
   */
  static of(written: JobEntry, context: SpecContext, given: GivenRows | null = null): Sweep | null {
    const { strategy, inputs } = written
    const fault = (path: SpecPath, raw: Pick<RawFault, 'code' | 'message'>): null => {
      context.onFault(() => ({ ...raw, path: [...context.path, ...path] }))
      return null
    }
    const conflict = conflictOf(written, given)
    if (conflict !== null) return fault(['strategy'], { code: 'CONFLICT', message: conflict })
    const matrix = strategy?.matrix === undefined ? null : new Matrix(strategy.matrix)
    let isGood = true
    for (const { index, name } of matrix?.strangeNames() ?? []) {
      isGood = false
      const message = `The matrix has no list ${quoted(name)}, so this excludes nothing.`
      fault(['strategy', 'matrix', 'exclude', index, name], { code: 'UNKNOWN_VALUE', message })
    }
    const entry = withDefaults(written, context.defaults)
    const pathOf = pathIn(written, context)
    const scope = scopeOf(entry, matrix, given ?? { names: sourceNames(written), extras: [] }, context)
    const template = compileEntry(entry, scope, pathOf, context.onFault)
    if (template === null || !isGood) return null
    const patterns = filledPatterns(inputs?.files, scope.env)
    if ('message' in patterns) return fault(['inputs', 'files'], patterns)
    const sources =
      inputs === undefined
        ? []
        : readInputs({ ...inputs, ...patterns }, folderOf(template, context), template.varies_cwd)
    if ('message' in sources) return fault(['inputs', sources.key], sources)
    const sweep = new Sweep(template, { sources, zip: inputs?.zip === true, given }, matrix, context, pathOf)
    const message = sweep.#excess(strategy?.['max-jobs'] ?? DEFAULT_MAX_JOBS)
    if (message === null) return sweep.#isEmpty ? fault(['strategy', 'matrix'], NOTHING_LEFT) : sweep
    const place = matrix !== null ? ['strategy', 'matrix'] : given === null ? ['inputs'] : []
    return fault(place, { code: 'TOO_COMPLEX', message })
  }

  /** What of it is more than may be; null: nothing. */
  #excess(max_jobs: number): string | null {
    const { size } = this
    if (size > max_jobs) {
      return `This would be ${size} jobs, more than ${max_jobs}. Take values out, or allow more with max-jobs under strategy.`
    }
    const { strategy: _strategy, inputs: _inputs, ...rest } = this.#entry
    if (size * JSON.stringify(rest).length > MAX_SWEEP_CHARS) {
      return `The specs of these ${size} jobs would be longer than ${MAX_SWEEP_CHARS} characters in all. Put what they have in common into a script.`
    }
    if ((this.#matrix?.comparisons ?? 0) > MAX_COMPARISONS) {
      return 'There are too many different maps under include and exclude for so many combinations. Write fewer of them.'
    }
    return null
  }

  /** Where its texts name values of jobs that it needs. */
  get need_refs(): readonly NeedRef[] {
    return this.#template.need_refs
  }

  /** At most so many jobs it becomes. */
  get size(): number {
    const { sources, zip, given } = this.#rows
    const rows = given === null ? countRows(sources, zip) : (given.count ?? 1)
    return rows * (this.#matrix?.size ?? 1)
  }

  rules(key: number): SweepRules | null {
    const { name, strategy } = this.#entry
    const shown = name?.replaceAll(/\$\{\{[\s\S]*?\}\}|\{[^{}\n]*\}/g, '…')
    return sweepRules(strategy, key, oneLine(shown ?? `line ${this.#context.line}`))
  }

  /**
   * Its jobs, each made when it is asked for. Faults of single jobs are told then.
   * @param index of its first job in the drop
   * @param wanted from this index on nobody looks at the jobs: where all are as good as the one before, that one is given
   */
  *specs(
    index: number,
    names: SweepNames,
    onFault: OnFault,
    wanted: number,
  ): Generator<JobSpec, void, undefined> {
    const context = { ...this.#context, onFault: onceEach(onFault) }
    const { sources, given } = this.#rows
    const slot_mark =
      this.#template.has_slot && given === null
        ? this.#slotMark(sources.flatMap(({ values }) => values))
        : SLOT_MARK
    let number = 0
    let at = index
    let latest: JobSpec | null = null
    for (const sweep_row of rowsOf(this.#rows)) {
      for (const combination of this.#combinations()) {
        const { values: matrix } = combination
        number += 1
        if (at >= wanted && latest !== null && given === null) {
          at += 1
          yield latest
          continue
        }
        const { values, folder } = sweep_row
        const row = this.#completed({ values, matrix, number, slot_mark }, sweep_row)
        if (row === null) continue
        const placed = folder === null ? context : { ...context, work_folder: folder }
        const spec = this.#spec(row, combination, placed)
        if (spec === null) continue
        const text = this.#nameOf(row, combination)
        if (text !== null) spec.name = names.take(text, number, { index: at, line: this.#context.line })
        at += 1
        if (!this.#template.varies_validity) latest = spec
        yield spec
      }
    }
  }

  /** The row with the values that are made of it; null: there is no job for it. */
  #completed(filled: TemplateRow, row: SweepRow): TemplateRow | null {
    const { given } = this.#rows
    if (given === null) return filled
    const extras = given.complete(filled, row)
    if (extras === null) return null
    const slot_mark = this.#template.has_slot ? this.#slotMark([...filled.values, ...extras]) : SLOT_MARK
    return { ...filled, extras, slot_mark }
  }

  /** A mark that no value has in it, nor a text that is given as it is. */
  #slotMark(values: readonly string[]): string {
    const texts = [JSON.stringify([this.#entry.strategy, this.#context.env]), ...values]
    const entry = JSON.stringify(this.#entry)
    let mark = SLOT_MARK
    const isTaken = (): boolean =>
      texts.some((text) => text.includes(mark)) || entry.includes(mark === SLOT_MARK ? `'${mark}` : mark)
    while (isTaken()) mark = mark.replace('%', '%%')
    return mark
  }

  get #isEmpty(): boolean {
    return this.#combinations()[Symbol.iterator]().next().done === true
  }

  #combinations(): Iterable<Combination> {
    return this.#matrix === null ? NO_MATRIX : this.#matrix.combinations()
  }

  #spec(row: TemplateRow, combination: Combination, context: SpecContext): JobSpec | null {
    const what = (): string => quoted([...row.values, ...combination.label].join(', '))
    const row_keys = this.#template.row_keys?.of(row, (fault) => {
      const message = `${fault.message} It is so for ${what()}.`
      context.onFault(() => ({ ...fault, path: this.#pathOf(fault.path), message }))
    })
    if (row_keys === null) return null
    const entry = Object.assign(this.#template.fill(row), row_keys)
    const wrong = wrongText(entry)
    if (wrong !== null) {
      const path = this.#pathOf(wrong.path)
      context.onFault(() => ({ code: 'INVALID', path, message: `${wrong.message} for ${what()}.` }))
      return null
    }
    const spec = toSpec(entry, context)
    if (spec === null) return null
    // One for all: it is sent to the owner once for each batch.
    spec.source = this.#source
    if (this.#template.has_slot) spec.slot_mark = row.slot_mark
    markNeedValues(spec, entry, this.#template.need_refs)
    return spec
  }

  /** null: it is made of what runs, as for other jobs. */
  #nameOf(row: TemplateRow, combination: Combination): string | null {
    if (this.#template.name !== null) return this.#template.name(row)
    if (this.#entry.name === undefined) return null
    const told = [...row.values, ...combination.label].join(', ')
    return `${this.#entry.name} (${told === '' ? `#${row.number}` : told})`
  }
}

const NOTHING_LEFT = {
  code: 'NO_INPUTS',
  message: 'Every combination is excluded: there is no job here. Take something out of exclude.',
} as const

function conflictOf({ strategy, inputs }: JobEntry, given: GivenRows | null): string | null {
  if (strategy === undefined) return null
  if (strategy.matrix === undefined && inputs === undefined && given === null) {
    return 'A strategy is about many jobs; give it a matrix, or the job inputs.'
  }
  if (strategy.halt !== undefined && strategy['fail-fast'] === true) {
    return 'fail-fast is "now,fail=1" as a halt: keep only one of the two.'
  }
  return null
}

function sourceNames({ inputs }: JobEntry): string[] | null {
  if (inputs === undefined) return null
  const { files, values } = inputs
  const lists = values === undefined ? [] : Array.isArray(values) ? [VALUE_SOURCE] : Object.keys(values)
  return [...(files === undefined ? [] : [FILE_SOURCE]), ...lists]
}

/** The environment that a job will have, as far as it is the same for all of them. */
function scopeOf(
  entry: JobEntry,
  matrix: Matrix | null,
  { names, extras }: { readonly names: readonly string[] | null; readonly extras: readonly string[] },
  context: SpecContext,
): TemplateScope {
  const fixed = Object.entries(entry.env ?? {}).filter(([, value]) => !value.includes('${{'))
  const env = { ...context.env, ...Object.fromEntries(fixed) }
  return { sources: names, extras, matrix: matrix?.names ?? null, env, needs: neededLabels(entry) }
}

/** Where a key is written: in the job, or in the defaults. */
export function pathIn(written: JobEntry, { path: base }: SpecContext): PathOf {
  return (path) => {
    const [key, variable] = path
    const own: unknown =
      key === undefined ? undefined : (Reflect.get(written, key) ?? written.row_keys?.[key])
    const isOwn = key === 'env' ? valueAt(own, [variable ?? '']) !== undefined : own !== undefined
    return isOwn ? [...base, ...path] : ['defaults', ...path]
  }
}

/** Patterns count from the folder the jobs work in, where that is one. */
function folderOf({ entry, varies_cwd }: EntryTemplate, { folder }: SpecContext): string {
  return varies_cwd || entry.cwd === undefined ? folder : resolve(folder, entry.cwd)
}

/** What the schema could not look at, because it was not filled in yet. */
function wrongText({
  group,
  command,
}: JobEntry): { readonly path: SpecPath; readonly message: string } | null {
  if (group !== undefined && (!GROUP.test(group) || group.trim() === '')) {
    return { path: ['group'], message: `${quoted(group)} cannot be the name of a group` }
  }
  if (Array.isArray(command) && command[0] === '') {
    return { path: ['command', 0], message: 'The name of the program is empty' }
  }
  return null
}

/** A hundred thousand jobs that run the same missing script are one fault. */
function onceEach(onFault: OnFault): OnFault {
  const told = new Set<string>()
  return (make) => {
    const fault = make()
    const text = JSON.stringify([fault.path, fault.message])
    if (told.has(text)) return
    if (told.size < MAX_TOLD) told.add(text)
    onFault(() => fault)
  }
}
