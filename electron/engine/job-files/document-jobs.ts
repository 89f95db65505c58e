import { dirname } from 'node:path'
import { batchFrameSchema, jobEntrySchema, singleJobSchema } from '../../../shared/job-file.ts'
import type { JobDefaults, JobEntry } from '../../../shared/job-file.ts'
import type { JobSpec } from '../../../shared/job-spec.ts'
import { MAX_DOCUMENT_JOBS } from './limits.ts'
import { linkNeeds, writtenNeeds } from './needs.ts'
import type { Edge, NeedyJob } from './needs.ts'
import { toSpec } from './normalise.ts'
import type { Environment } from './normalise.ts'
import { parseEntry } from './parse-entry.ts'
import { FaultCounter } from './problem-list.ts'
import type { OnFault, ParsedFile, RawFault } from './source.ts'
import { valueAt } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'
import { isSweep, Sweep } from './sweep.ts'
import { SweepOrder } from './sweep-order.ts'
import type { DocumentJob } from './sweep-order.ts'
import type { Targets } from './targets.ts'
import { LineIndex } from './text.ts'
import { checkWritten } from './written.ts'

interface Draft extends NeedyJob {
  readonly content: JobSpec | Sweep | null
}

/** Where the jobs of a document go, and what they are read with. */
export interface DocumentScope {
  readonly file: string
  readonly targets: Targets
  readonly env: Environment
  /** Index of the first of them in the drop. */
  readonly base: number
  /** From this index on jobs are only counted. */
  readonly wanted: number
}

/** Gathers the faults of a document, and knows which of its jobs they spoil. */
export class DocumentFaults {
  readonly counter = new FaultCounter<RawFault>()
  readonly #spoiled = new Set<number>()
  #spoils_all = false

  /** For faults found while the text is parsed: their path says what they spoil. */
  readonly whileParsing: OnFault = (make) => {
    const fault = make()
    const [first, second] = fault.path
    if (first === 'jobs' && typeof second === 'number') this.#spoiled.add(second)
    else this.#spoils_all = true
    this.counter.add(() => fault)
  }

  readonly ofFrame: OnFault = (make) => {
    this.#spoils_all = true
    this.counter.add(make)
  }

  readonly ofJob: OnFault = (make) => {
    this.counter.add(make)
  }

  get spoilsAll(): boolean {
    return this.#spoils_all
  }

  spoils(index: number): boolean {
    return this.#spoils_all || this.#spoiled.has(index)
  }
}

/** The good jobs of a parsed document, in order, each sweep expanded as it is asked for; all faults are told. */
export function documentJobs(
  text: string,
  parsed: ParsedFile,
  faults: DocumentFaults,
  scope: DocumentScope,
): Iterable<DocumentJob> {
  const reader = new DocumentJobs(text, parsed, faults, scope)
  const isBatch = isMapWith(parsed.value, 'jobs') || isMapWith(parsed.value, 'defaults')
  return isBatch ? reader.batch() : reader.single()
}

function isMapWith(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

class DocumentJobs {
  readonly #parsed: ParsedFile
  readonly #faults: DocumentFaults
  readonly #scope: DocumentScope
  readonly #lines: LineIndex

  constructor(text: string, parsed: ParsedFile, faults: DocumentFaults, scope: DocumentScope) {
    this.#parsed = parsed
    this.#faults = faults
    this.#scope = scope
    this.#lines = new LineIndex(text)
  }

  single(): Iterable<DocumentJob> {
    const { value } = this.#parsed
    // `version` and `$schema` are of the file, not of the job.
    const entry = parseEntry(singleJobSchema, { root: value, prefix: [], keys: 'single' }, this.#faults.ofJob)
    const [offset = 0] = this.#parsed.locate([{ path: [], at: 'value' }])
    const { line } = this.#lines.position(offset)
    const draft = this.#draft(entry, [], line, {}, this.#faults.spoilsAll)
    return this.#link(
      [draft],
      () => [],
      () => line,
    )
  }

  batch(): Iterable<DocumentJob> {
    const { value } = this.#parsed
    const frame = parseEntry(
      batchFrameSchema,
      { root: value, prefix: [], keys: 'batch' },
      this.#faults.ofFrame,
    )
    checkWritten(valueAt(value, ['defaults']), ['defaults'], this.#parsed.writtenAs, this.#faults.ofFrame)
    const jobs = valueAt(value, ['jobs'])
    if (!Array.isArray(jobs)) return []
    if (jobs.length > MAX_DOCUMENT_JOBS) {
      const message = `A file may have ${MAX_DOCUMENT_JOBS} jobs. Put more into a .jsonl file, one a line.`
      this.#faults.ofFrame(() => ({ code: 'TOO_COMPLEX', path: ['jobs'], message }))
      return []
    }
    const lineOf = (index: number): number => this.#lines.position(this.#parsed.jobOffset(index)).line
    const drafts: Draft[] = []
    for (let index = 0; index < jobs.length; index += 1) {
      const path = ['jobs', index]
      const entry = parseEntry(jobEntrySchema, { root: value, prefix: path, keys: 'job' }, this.#faults.ofJob)
      drafts.push(this.#draft(entry, path, lineOf(index), frame?.defaults ?? {}, this.#faults.spoils(index)))
    }
    return this.#link(drafts, (index) => ['jobs', index], lineOf)
  }

  #draft(
    entry: JobEntry | null,
    path: SpecPath,
    line: number,
    defaults: JobDefaults,
    spoiled: boolean,
  ): Draft {
    const { writtenAs } = this.#parsed
    const onFault = this.#faults.ofJob
    const raw = valueAt(this.#parsed.value, path)
    const name = valueAt(raw, ['name'])
    const { file, targets, env } = this.#scope
    const context = { file, folder: dirname(file), line, path, defaults, targets, env, onFault }
    const isLossless = checkWritten(raw, path, writtenAs, onFault)
    const content = entry === null ? null : isSweep(entry) ? Sweep.of(entry, context) : toSpec(entry, context)
    return {
      name: typeof name === 'string' ? name : null,
      needs: writtenNeeds(raw),
      content,
      isGood: content !== null && isLossless && !spoiled,
      recurs: valueAt(raw, ['schedule', 'cron']) !== undefined,
    }
  }

  #link(
    drafts: readonly Draft[],
    pathOf: (index: number) => SpecPath,
    lineOf: (index: number) => number,
  ): Iterable<DocumentJob> {
    const { edges } = linkNeeds(drafts, pathOf, lineOf, this.#faults.ofJob)
    if (this.#faults.spoilsAll) return []
    const { base, wanted } = this.#scope
    if (!drafts.some(({ content }) => content instanceof Sweep)) return toJobs(drafts, edges, base)
    const place = { base, wanted, pathOf, lineOf, onFault: this.#faults.ofJob }
    return new SweepOrder(drafts, edges, place).jobs()
  }
}

/** Counts the good jobs only, and says where a batch may not end. */
function toJobs(
  drafts: readonly Draft[],
  edges: readonly (readonly Edge[] | null)[],
  base: number,
): DocumentJob[] {
  const ranks = new Map<number, number>()
  for (const index of drafts.keys()) if (edges[index] !== null) ranks.set(index, base + ranks.size)
  const jobs: DocumentJob[] = []
  let furthest = -1
  for (const [index, { content: spec }] of drafts.entries()) {
    const own = ranks.get(index)
    if (own === undefined || spec === null || spec instanceof Sweep) continue
    const needs = (edges[index] ?? []).map(({ on, condition }) => ({
      on: { index: ranks.get(on) ?? own },
      condition,
    }))
    for (const { on } of needs) furthest = Math.max(furthest, on.index)
    jobs.push({ job: needs.length === 0 ? { spec } : { spec, needs }, joined: furthest > own })
  }
  return jobs
}
