import { dirname } from 'node:path'
import { batchFrameSchema, jobEntrySchema, singleJobSchema } from '../../../shared/job-file.ts'
import type { JobDefaults, JobEntry } from '../../../shared/job-file.ts'
import type { JobSpec, NewJob } from '../../../shared/job-spec.ts'
import { MAX_DOCUMENT_JOBS } from './limits.ts'
import { linkNeeds, writtenNeeds } from './needs.ts'
import type { Edge, NeedyJob } from './needs.ts'
import { toSpec } from './normalise.ts'
import { parseEntry } from './parse-entry.ts'
import { FaultCounter } from './problem-list.ts'
import type { OnFault, ParsedFile, RawFault } from './source.ts'
import { valueAt } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'
import type { Targets } from './targets.ts'
import { LineIndex } from './text.ts'
import { checkWritten } from './written.ts'

interface Draft extends NeedyJob {
  readonly spec: JobSpec | null
}

/** A job with needs that count the jobs of its own file. */
export interface DocumentJob {
  readonly job: NewJob
  /** No batch may end between this job and the one after it, which some job before needs. */
  readonly joined: boolean
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

/**
 * The good jobs of a parsed document, in order; all faults are told.
 * @param base index of the first of them in the drop
 */
export function documentJobs(
  file: string,
  text: string,
  parsed: ParsedFile,
  targets: Targets,
  faults: DocumentFaults,
  base: number,
): DocumentJob[] {
  const reader = new DocumentJobs(file, text, parsed, targets, faults)
  const isBatch = isMapWith(parsed.value, 'jobs') || isMapWith(parsed.value, 'defaults')
  return isBatch ? reader.batch(base) : reader.single(base)
}

function isMapWith(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

class DocumentJobs {
  readonly #file: string
  readonly #parsed: ParsedFile
  readonly #targets: Targets
  readonly #faults: DocumentFaults
  readonly #lines: LineIndex

  constructor(file: string, text: string, parsed: ParsedFile, targets: Targets, faults: DocumentFaults) {
    this.#file = file
    this.#parsed = parsed
    this.#targets = targets
    this.#faults = faults
    this.#lines = new LineIndex(text)
  }

  single(base: number): DocumentJob[] {
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
      base,
    )
  }

  batch(base: number): DocumentJob[] {
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
    return this.#link(drafts, (index) => ['jobs', index], lineOf, base)
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
    const context = {
      file: this.#file,
      folder: dirname(this.#file),
      line,
      path,
      defaults,
      targets: this.#targets,
      onFault,
    }
    const isLossless = checkWritten(raw, path, writtenAs, onFault)
    const spec = entry === null ? null : toSpec(entry, context)
    return {
      name: typeof name === 'string' ? name : null,
      needs: writtenNeeds(raw),
      spec,
      isGood: spec !== null && isLossless && !spoiled,
    }
  }

  #link(
    drafts: readonly Draft[],
    pathOf: (index: number) => SpecPath,
    lineOf: (index: number) => number,
    base: number,
  ): DocumentJob[] {
    const { edges } = linkNeeds(drafts, pathOf, lineOf, this.#faults.ofJob)
    return this.#faults.spoilsAll ? [] : toJobs(drafts, edges, base)
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
  for (const [index, { spec }] of drafts.entries()) {
    const own = ranks.get(index)
    if (own === undefined || spec === null) continue
    const needs = (edges[index] ?? []).map(({ on, condition }) => ({
      on: { index: ranks.get(on) ?? own },
      condition,
    }))
    for (const { on } of needs) furthest = Math.max(furthest, on.index)
    jobs.push({ job: needs.length === 0 ? { spec } : { spec, needs }, joined: furthest > own })
  }
  return jobs
}
