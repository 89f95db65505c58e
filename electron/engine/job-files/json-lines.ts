import { dirname, resolve } from 'node:path'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import type { Need, NewJob } from '../../../shared/job-spec.ts'
import type { DocumentContext } from './document.ts'
import { entryContent, NO_CONTENT } from './entry-content.ts'
import type { OtherJob } from './drop-names.ts'
import { FileFault } from './file-fault.ts'
import { nearest } from './issues.ts'
import { parseCleanJson, parseJsonText } from './json-file.ts'
import { NameTable } from './name-table.ts'
import {
  ambiguousName,
  comesAgain,
  labelIn,
  leftOut,
  listedTwice,
  neededIds,
  refFault,
  unknownId,
  writtenNeeds,
} from './needs.ts'
import type { JobRange, NamedNeed, NeedyJob, WrittenNeed } from './needs.ts'
import { FaultCounter } from './problem-list.ts'
import { placeFaults } from './raw-problems.ts'
import { quickSingleJob } from './quick-schema.ts'
import { RegularFile } from './regular-file.ts'
import { parseJob } from './row-keys.ts'
import type { OnFault, ParsedFile, RawFault } from './source.ts'
import { quoted, valueAt } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'
import { Sweep } from './sweep.ts'
import { SweepNames } from './sweep-names.ts'
import { outerNeeds } from './sweep-order.ts'
import { readTextLines } from './text-lines.ts'
import type { LineFault, TextLine } from './text-lines.ts'

/** Names kept for "did you mean". */
const MAX_REMEMBERED = 1_000
const NEEDS_EARLIER = 'the name of a job of an earlier line'
const NOT_BEFORE = {
  code: 'UNKNOWN_NEED',
  message:
    'No such job was read before. In JSON Lines a need names a job of an earlier line, of a file that comes before, or the id of a job. In a .job.yaml or .job.json file it may name any of the drop.',
} as const

const NO_NEEDS: readonly Need[] = []
const ROOT: SpecPath = []
const NO_DEFAULTS = {}

/** Reads a JSON Lines file: one job a line, in memory that does not depend on its length. */
export async function readJsonLines(path: string, context: DocumentContext): Promise<void> {
  const reader = new JsonLinesReader(path, context)
  let file: RegularFile | null = null
  try {
    file = new RegularFile(path)
    for (const line of readTextLines(file)) {
      const asked = reader.line(line)
      if (asked !== null) await asked
      for (const job of reader.sweepJobs() ?? []) {
        context.batches.add(job)
        if (context.batches.isFull) await context.batches.flush()
      }
      if (context.batches.isFull) await context.batches.flush()
    }
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    reader.fault(error)
  } finally {
    file?.close()
  }
  reader.end()
}

interface LineSweep {
  readonly sweep: Sweep
  readonly name: string | null
  readonly needs: readonly Need[]
  readonly line: number
  readonly text: string
}

class JsonLinesReader {
  readonly #path: string
  readonly #folder: string
  readonly #context: DocumentContext
  readonly #problems = new FaultCounter<JobFileProblem>()
  readonly #names = new NameTable()
  readonly #remembered: string[] = []
  /** How many jobs a sweep has become, by the index of the first. */
  readonly #counts = new Map<number, number>()
  /** What comes again and again. */
  readonly #recurring = new Set<string>()
  /** Of the line that is being read. */
  #faults = new FaultCounter<RawFault>()
  readonly #onFault: OnFault = (make) => {
    this.#faults.add(make)
  }
  /** The sweep of the line that was read last. */
  #sweep: LineSweep | null = null
  #isEmpty = true

  constructor(path: string, context: DocumentContext) {
    this.#path = path
    this.#folder = dirname(path)
    this.#context = context
    context.names.addLookup((name) => this.#named(name))
  }

  /** @returns a promise where jobs are asked for that were queued before */
  line({ number, text, fault }: TextLine): Promise<void> | null {
    if (fault !== null) {
      this.#isEmpty = false
      this.#problem(fault)
    } else if (text.trim() !== '') {
      this.#isEmpty = false
      if (text.includes('"id"') && text.includes('"needs"')) return this.#jobWithIds(text, number)
      this.#job(text, number)
    }
    return null
  }

  async #jobWithIds(text: string, line: number): Promise<void> {
    const needs = writtenNeeds(parseCleanJson(text) ?? parseJsonText(text, () => undefined)?.value)
    await this.#context.names.lookUp(neededIds([{ needs }]))
    this.#job(text, line)
  }

  fault({ code, message }: FileFault): void {
    this.#isEmpty = false
    this.#problems.add(() => ({ file: this.#path, line: null, column: null, path: '', code, message }))
  }

  end(): void {
    if (this.#isEmpty) {
      this.#problem({
        line: 1,
        column: 1,
        code: 'EMPTY',
        message: 'There is no job in this file. Each line should hold one.',
      })
    }
    this.#context.problems.add(this.#problems.kept, this.#problems.more)
  }

  /** For the files that come later. */
  #named(name: string): readonly OtherJob[] {
    const named = this.#names.get(name)
    if (named === undefined) return []
    const { index } = named
    const range = index === null ? null : { first: index, count: this.#counts.get(index) ?? 1 }
    return [{ file: this.#path, range, recurs: this.#recurring.has(name) }]
  }

  #problem(problem: LineFault): void {
    this.#problems.add(() => ({ file: this.#path, path: '', ...problem }))
  }

  /** The jobs of the last line, where it is a sweep; null: it is none. */
  sweepJobs(): Generator<NewJob, void, undefined> | null {
    const sweep = this.#sweep
    this.#sweep = null
    return sweep === null ? null : this.#jobsOf(sweep)
  }

  *#jobsOf({ sweep, name, needs, line, text }: LineSweep): Generator<NewJob, void, undefined> {
    const faults = new FaultCounter<RawFault>()
    const { batches } = this.#context
    const first = batches.count
    const rules = sweep.rules(first)
    const tell: OnFault = (make) => {
      faults.add(make)
    }
    const specs = sweep.specs(first, new SweepNames(this.#names), tell, batches.wanted)
    for (const spec of specs) {
      yield {
        spec,
        ...(needs.length === 0 ? {} : { needs }),
        ...(rules === null ? {} : { sweep: rules }),
      }
    }
    this.#counts.set(first, batches.count - first)
    if (name !== null) this.#remember(name, faults.count === 0 ? first : null, line)
    this.#tell(text, line, faults)
  }

  #job(text: string, line: number): void {
    // Only where something may be wrong the text is looked at closely.
    const clean = parseCleanJson(text)
    const parsed = clean === undefined ? parseJsonText(text, this.#onFault) : null
    if (clean !== undefined) this.#entry(clean, text, line)
    else if (parsed !== null) this.#entry(parsed.value, text, line)
    const faults = this.#faults
    if (faults.count === 0) return
    this.#faults = new FaultCounter()
    this.#tell(text, line, faults, clean === undefined ? parsed : undefined)
  }

  /** @param parsed undefined: the text has not been looked at closely yet */
  #tell(text: string, line: number, faults: FaultCounter<RawFault>, parsed?: ParsedFile | null): void {
    if (faults.count === 0) return
    const places = parsed === undefined ? parseJsonText(text, () => undefined) : parsed
    const placed = placeFaults(this.#path, text, faults.kept, places, line)
    for (const problem of placed) this.#problems.add(() => problem)
    this.#problems.addMore(faults.more)
  }

  #entry(value: unknown, text: string, line: number): void {
    const onFault = this.#onFault
    const entry = parseJob(quickSingleJob, { root: value, prefix: [], keys: 'single' }, onFault)
    const { targets, env, batches } = this.#context
    const [file, folder] = [this.#path, this.#folder]
    const context = { file, folder, line, path: ROOT, defaults: NO_DEFAULTS, targets, env, onFault }
    const { content, need_refs } = entry === null ? NO_CONTENT : entryContent(entry, context)
    const written = valueAt(value, ['name'])
    const name = typeof written === 'string' ? written : null
    const isNew = name === null || this.#checkName(name, onFault)
    if (name !== null && entry?.schedule?.cron !== undefined) this.#recurring.add(name)
    const needs = this.#needs({ name, needs: writtenNeeds(value), need_refs }, onFault)
    const isGood = content !== null && this.#faults.count === 0
    if (isGood && content instanceof Sweep) {
      this.#sweep = { sweep: content, name, needs, line, text }
      return
    }
    if (name !== null && isNew) this.#remember(name, isGood ? batches.count : null, line)
    if (!isGood || content instanceof Sweep) return
    batches.add(needs.length === 0 ? { spec: content } : { spec: content, needs })
  }

  #checkName(name: string, onFault: OnFault): boolean {
    const first = this.#names.get(name)
    if (first === undefined) return true
    onFault(() => ({
      code: 'DUPLICATE_NAME',
      path: ['name'],
      message: `The job in line ${first.line} has the name ${quoted(name)} already. Names are unique in a file.`,
      found: quoted(name),
    }))
    return false
  }

  #remember(name: string, index: number | null, line: number): void {
    // A job of a sweep may have been given the name of the sweep itself.
    if (this.#names.get(name) === undefined) this.#names.add(name, { index, line })
    if (this.#remembered.length < MAX_REMEMBERED) this.#remembered.push(name)
  }

  #needs(job: Pick<NeedyJob, 'name' | 'needs' | 'need_refs'>, onFault: OnFault): readonly Need[] {
    const { name: own, needs, need_refs = [] } = job
    if (needs.length === 0 && need_refs.length === 0) return NO_NEEDS
    const found: Need[] = []
    const many = new Set<number>()
    const seen = new Set<string>()
    for (const need of needs) {
      const key = 'id' in need.on ? `id ${need.on.id}` : `job ${need.on.job}`
      const before = found.length
      const label = labelIn(job, need.on)
      const fault = seen.has(key) ? listedTwice(need.on) : this.#need(need, own, label, found)
      seen.add(key)
      if (fault === null && found.length !== before + 1) many.add(need.at)
      const path = ['needs', need.at, ...(fault?.code === 'UNKNOWN_NEED' && 'id' in need.on ? ['id'] : [])]
      if (fault !== null) onFault(() => ({ ...fault, path }))
    }
    for (const ref of need_refs) {
      const fault = refFault(ref, needs, ({ at }) => many.has(at))
      if (fault !== null) onFault(() => fault)
    }
    return found
  }

  #need(
    { on, condition }: WrittenNeed,
    own: string | null,
    label: Pick<Need, 'label'>,
    found: Need[],
  ): Omit<RawFault, 'path'> | null {
    if ('id' in on) {
      if (!this.#context.names.hasJob(on.id)) return unknownId(on.id)
      found.push({ on: { job_id: on.id }, condition, ...label })
      return null
    }
    const { job, file } = on
    const wanted = file === null ? null : resolve(this.#folder, file)
    const named = wanted === null || wanted === this.#path ? this.#names.get(job) : undefined
    if (named === undefined) {
      const other = this.#other(on, wanted, own)
      if ('code' in other) return other
      found.push(...outerNeeds({ at: 0, on: other, condition, ...label }))
      return null
    }
    if (named.index === null) return leftOut(job)
    if (this.#recurring.has(job)) return comesAgain(job)
    const end = named.index + (this.#counts.get(named.index) ?? 1)
    for (let index = named.index; index < end; index += 1) found.push({ on: { index }, condition, ...label })
    return null
  }

  /** The job of a file that was read before. */
  #other({ job }: NamedNeed, wanted: string | null, own: string | null): JobRange | Omit<RawFault, 'path'> {
    const others = this.#context.names
      .named(job)
      .filter(({ file }) => file !== this.#path && (wanted === null || file === wanted))
    const [other] = others
    if (other === undefined)
      return wanted === null || wanted === this.#path ? this.#unknownNeed(job, own) : NOT_BEFORE
    if (others.length > 1) return ambiguousName(job, others, wanted)
    if (other.recurs) return comesAgain(job)
    return other.range ?? leftOut(job)
  }

  #unknownNeed(job: string, own: string | null): Omit<RawFault, 'path'> {
    if (job === own) {
      return {
        code: 'NEED_CYCLE',
        message: `The job ${quoted(job)} waits for itself. Remove the need.`,
      }
    }
    const near = nearest(job, this.#remembered)
    const hint = near === null ? 'A need has to come first in this format.' : `Did you mean ${quoted(near)}?`
    const message = `No job of an earlier line has the name ${quoted(job)}. ${hint}`
    return { code: 'UNKNOWN_NEED', message, found: quoted(job), expected: NEEDS_EARLIER }
  }
}
