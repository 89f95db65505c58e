import { dirname } from 'node:path'
import { batchFrameSchema } from '../../../shared/job-file.ts'
import type { JobDefaults, JobEntry } from '../../../shared/job-file.ts'
import { entryContent, NO_CONTENT } from './entry-content.ts'
import { MAX_DOCUMENT_JOBS } from './limits.ts'
import { writtenNeeds } from './needs.ts'
import type { Environment } from './normalise.ts'
import { parseEntry } from './parse-entry.ts'
import { FaultCounter } from './problem-list.ts'
import { quickJobEntry, quickSingleJob } from './quick-schema.ts'
import { parseJob, splitDefaults } from './row-keys.ts'
import type { OnFault, ParsedFile, RawFault } from './source.ts'
import { valueAt } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'
import { Sweep } from './sweep.ts'
import type { Draft } from './sweep-order.ts'
import type { Targets } from './targets.ts'
import { LineIndex } from './text.ts'
import { checkWritten } from './written.ts'

/** What the jobs of a document are read with. */
export interface DocumentScope {
  readonly file: string
  readonly targets: Targets
  readonly env: Environment
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

/** The jobs of a parsed document before their needs are linked; all their own faults are told. */
export interface DraftedFile {
  readonly file: string
  readonly drafts: readonly Draft[]
  readonly pathOf: (index: number) => SpecPath
  readonly lineOf: (index: number) => number
  readonly faults: DocumentFaults
}

export function draftJobs(
  text: string,
  parsed: ParsedFile,
  faults: DocumentFaults,
  scope: DocumentScope,
): DraftedFile {
  const reader = new DocumentReader(text, parsed, faults, scope)
  const isBatch = isMapWith(parsed.value, 'jobs') || isMapWith(parsed.value, 'defaults')
  return isBatch ? reader.batch() : reader.single()
}

function isMapWith(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

class DocumentReader {
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

  single(): DraftedFile {
    const { value } = this.#parsed
    // `version` and `$schema` are of the file, not of the job.
    const entry = parseJob(quickSingleJob, { root: value, prefix: [], keys: 'single' }, this.#faults.ofJob)
    const [offset = 0] = this.#parsed.locate([{ path: [], at: 'value' }])
    const { line } = this.#lines.position(offset)
    const draft = this.#draft(entry, [], line, {}, this.#faults.spoilsAll)
    return this.#drafted(
      [draft],
      () => [],
      () => line,
    )
  }

  batch(): DraftedFile {
    const { value } = this.#parsed
    const { rest, row_keys } = splitDefaults(value)
    const frame = parseEntry(
      batchFrameSchema,
      { root: rest, prefix: [], keys: 'batch' },
      this.#faults.ofFrame,
    )
    const defaults: JobDefaults = {
      ...frame?.defaults,
      ...(row_keys === null ? {} : { row_keys }),
    }
    checkWritten(valueAt(value, ['defaults']), ['defaults'], this.#parsed.writtenAs, this.#faults.ofFrame)
    const jobs = valueAt(value, ['jobs'])
    const lineOf = (index: number): number => this.#lines.position(this.#parsed.jobOffset(index)).line
    const pathOf = (index: number): SpecPath => ['jobs', index]
    if (!Array.isArray(jobs)) return this.#drafted([], pathOf, lineOf)
    if (jobs.length > MAX_DOCUMENT_JOBS) {
      const message = `A file may have ${MAX_DOCUMENT_JOBS} jobs. Put more into a .jsonl file, one a line.`
      this.#faults.ofFrame(() => ({ code: 'TOO_COMPLEX', path: ['jobs'], message }))
      return this.#drafted([], pathOf, lineOf)
    }
    const drafts: Draft[] = []
    for (let index = 0; index < jobs.length; index += 1) {
      const path = pathOf(index)
      const entry = parseJob(quickJobEntry, { root: value, prefix: path, keys: 'job' }, this.#faults.ofJob)
      drafts.push(this.#draft(entry, path, lineOf(index), defaults, this.#faults.spoils(index)))
    }
    return this.#drafted(drafts, pathOf, lineOf)
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
    const { content, need_refs } = entry === null ? NO_CONTENT : entryContent(entry, context)
    return {
      name: typeof name === 'string' ? name : null,
      needs: writtenNeeds(raw),
      content,
      need_refs,
      is_many: content instanceof Sweep,
      isGood: content !== null && isLossless && !spoiled,
      recurs: valueAt(raw, ['schedule', 'cron']) !== undefined,
    }
  }

  #drafted(
    drafts: readonly Draft[],
    pathOf: DraftedFile['pathOf'],
    lineOf: DraftedFile['lineOf'],
  ): DraftedFile {
    return { file: this.#scope.file, drafts, pathOf, lineOf, faults: this.#faults }
  }
}
