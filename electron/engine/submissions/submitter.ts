import { JobyardError } from '../../../shared/errors.ts'
import type { AddedSchedules, Duplicates } from '../../../shared/drop.ts'
import type { NewJob } from '../../../shared/job-spec.ts'
import { DEFAULT_GROUP } from '../../../shared/job-spec.ts'
import type { Group } from '../../../shared/status.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { ReadyQueue } from '../queue/ready-queue.ts'
import type { Journal } from '../store/journal.ts'
import { writeJob } from '../store/written-job.ts'
import type { WrittenJob } from '../store/written-job.ts'
import type { Changes, Duplicate, JobInsert, ReadyJob, StoredHaltRule } from '../store/store-records.ts'
import type { SubmittedFor } from '../store/store-operations.ts'
import type { IdSequence } from './id-sequence.ts'
import { toJobInsert } from './job-insert.ts'
import { LeftOut, NewSchedules } from './not-queued.ts'
import { SweepTracker } from './sweep-tracker.ts'
import type { SweepGroups } from './sweep-groups.ts'

/** Up to this many jobs are written in one transaction with their submission; more are streamed in chunks. */
const CHUNK_JOBS = 2_000
/** Chunks on their way to disk at a time: while one is written the next is prepared. */
const CHUNKS_UNDER_WAY = 2
/** Jobs deleted at a time when a submission is given up. */
const ABORT_STEP = 5_000

export interface Submission {
  readonly submission_id: number
  /** Jobs that were queued. */
  readonly count: number
  /** 0 where nothing was submitted. */
  readonly first_id: number
  readonly last_id: number
  /** Jobs that were not queued because others have their unique keys; missing: none. */
  readonly duplicates?: Duplicates
  /** What will submit jobs from now on; missing: nothing. */
  readonly schedules?: AddedSchedules
}

export interface SubmitterOptions {
  readonly journal: Journal
  readonly queue: ReadyQueue
  readonly bus: EventBus
  readonly jobIds: IdSequence
  readonly submissionIds: IdSequence
  readonly ensureGroup: (name: string) => Promise<Group>
  /** For the jobs of sweeps that have a limit. */
  readonly sweepGroups: SweepGroups
  /** Rules of jobs that are about to become visible. */
  readonly onHaltRules: (rules: readonly StoredHaltRule[]) => void
  readonly announce: (changes: Changes) => void
  /** Ready jobs were put into the queue. */
  readonly onOffered: () => void
  /** Schedules are on disk. */
  readonly onSchedules: () => void
  /** Some jobs will be due later. */
  readonly onDue: (at_ms: number) => void
  readonly now: () => number
}

/** Puts jobs into the queue: a submission is stored as a whole or not at all. */
export class Submitter {
  readonly #options: SubmitterOptions

  constructor(options: SubmitterOptions) {
    this.#options = options
  }

  /** Resolves when all jobs are on disk. */
  async submit(jobs: readonly NewJob[], label: string): Promise<Submission> {
    const writer = this.open(label)
    try {
      for (let at = 0; at < jobs.length; at += CHUNK_JOBS) {
        await writer.add(jobs.slice(at, at + CHUNK_JOBS).map(writeJob))
      }
      return await writer.complete()
    } catch (error) {
      await writer.abort()
      throw error
    }
  }

  /** For jobs that come in a stream. Nothing of it runs or is seen before `complete`. */
  open(label: string): SubmissionWriter {
    return new SubmissionWriter(this.#options, label)
  }
}

interface Chunk {
  /** Of the first job, counted from 0 over the submission. */
  readonly first_index: number
  readonly first_id: number
}

export class SubmissionWriter {
  readonly submission_id: number
  readonly #options: SubmitterOptions
  readonly #label: string
  readonly #at_ms: number
  readonly #chunks: Chunk[] = []
  readonly #groups = new Set<number>()
  /** The first chunk is kept back: a submission of one chunk is written in one transaction. */
  #held: { readonly jobs: readonly WrittenJob[]; readonly inserts: readonly JobInsert[] } | null = null
  readonly #under_way: Promise<void>[] = []
  readonly #sweeps: SweepTracker
  #opened = false
  #done = false
  #count = 0
  readonly #duplicates = new LeftOut()
  readonly #schedules = new NewSchedules()
  /** The lowest and the highest id of jobs that were stored. */
  #stored: { readonly first_id: number; readonly last_id: number } | null = null
  #due_ms: number | null = null

  constructor(options: SubmitterOptions, label: string) {
    this.#options = options
    this.#label = label
    this.#sweeps = new SweepTracker(options)
    this.#at_ms = options.now()
    this.submission_id = options.submissionIds.take(1)
  }

  /** Adds jobs; resolves when the next may come (back-pressure). `needs` count jobs from the first of the submission. */
  async add(jobs: readonly WrittenJob[]): Promise<void> {
    if (this.#done) throw new JobyardError('INTERNAL', 'Jobs were added to a submission that is over.')
    if (jobs.length === 0) return
    const inserts = await this.#toInserts(jobs)
    if (!this.#opened && this.#held === null) {
      this.#held = { jobs, inserts }
      return
    }
    await this.#openNow()
    await this.#send(inserts)
  }

  /**
   * Makes the jobs visible and ready, all at once.
   * @param cause what they are of: noted in the same transaction, so that none comes twice
   */
  async complete(cause: SubmittedFor = {}): Promise<Submission> {
    this.#done = true
    // Files may be of no job at all.
    if (this.#held === null && Object.keys(cause).length > 0) await this.#openNow()
    const { journal, queue, bus, announce, onDue } = this.#options
    for (const written of this.#under_way.splice(0)) await written
    this.#writeHaltRules()
    if (this.#opened) {
      const { submission_id } = this
      announce(await journal.write({ ...cause, type: 'complete-submission', submission_id }))
      for (const group_id of this.#groups) queue.invalidate(group_id)
    } else if (this.#held !== null) {
      await this.#write(this.#held.inserts, true, cause)
    }
    this.#sweeps.end()
    if (this.#due_ms !== null) onDue(this.#due_ms)
    const { submission_id } = this
    const count = this.#count - this.#duplicates.count - this.#schedules.count
    if (count > 0) bus.emit('submission:added', { submission_id, count })
    announce({ changed: [], ended: [], stale_groups: [] })
    if (this.#schedules.count > 0) this.#options.onSchedules()
    const { first_id, last_id } = this.#stored ?? { first_id: 0, last_id: 0 }
    return {
      ...{ submission_id, count, first_id, last_id },
      ...(this.#duplicates.count === 0 ? {} : { duplicates: this.#duplicates }),
      ...(this.#schedules.count === 0 ? {} : { schedules: this.#schedules }),
    }
  }

  /** Nothing of it is kept. */
  async abort(): Promise<void> {
    this.#done = true
    this.#held = null
    this.#sweeps.end()
    if (!this.#opened) return
    await Promise.allSettled(this.#under_way.splice(0))
    await abortSubmission(this.#options.journal, this.submission_id)
  }

  /** In the commit that makes the jobs visible, or before it: none of them may end unseen. */
  #writeHaltRules(): void {
    const rules = this.#sweeps.haltRules(this.submission_id)
    if (rules.length === 0) return
    // Where the disk refuses these it refuses the jobs, too.
    this.#options.journal.write({ type: 'add-halt-rules', rules }).catch(() => undefined)
    this.#options.onHaltRules(rules)
  }

  async #openNow(): Promise<void> {
    if (this.#opened) return
    this.#opened = true
    const held = this.#held
    this.#held = null
    await this.#options.journal.write({
      type: 'open-submission',
      submission_id: this.submission_id,
      label: this.#label,
      at_ms: this.#at_ms,
    })
    if (held !== null) await this.#send(held.inserts)
  }

  /** Resolves when the next chunk may come. */
  async #send(inserts: readonly JobInsert[]): Promise<void> {
    const written = this.#write(inserts, false)
    // Where it fails, whoever waits for it next is told.
    written.catch(() => undefined)
    this.#under_way.push(written)
    if (this.#under_way.length >= CHUNKS_UNDER_WAY) await this.#under_way.shift()
  }

  async #toInserts(jobs: readonly WrittenJob[]): Promise<JobInsert[]> {
    const first_id = this.#options.jobIds.take(jobs.length)
    this.#chunks.push({ first_index: this.#count, first_id })
    this.#count += jobs.length
    const inserts: JobInsert[] = []
    let id = first_id
    for (const job of jobs) {
      this.#sweeps.saw(job, id)
      inserts.push(this.#toInsert(job, id, await this.#groupIdFor(job)))
      id += 1
    }
    return inserts
  }

  async #groupIdFor(job: WrittenJob): Promise<number> {
    if (job.sweep !== undefined && job.sweep.max_parallel !== null) {
      return (await this.#sweeps.groupFor(job, job.sweep)).id
    }
    const name = job.facts?.group ?? DEFAULT_GROUP
    const group = this.#options.queue.groupByName(name) ?? (await this.#options.ensureGroup(name))
    return group.id
  }

  #toInsert(job: WrittenJob, id: number, group_id: number): JobInsert {
    const { needs } = job
    this.#groups.add(group_id)
    const facts = { id, group_id, at_ms: this.#at_ms }
    const insert = toJobInsert(
      job,
      needs === undefined || needs.length === 0 ? facts : { ...facts, needs: this.#toNeeds(needs) },
    )
    const { due_ms, extras } = insert
    if (due_ms !== null && (this.#due_ms === null || due_ms < this.#due_ms)) this.#due_ms = due_ms
    if (extras?.recurs != null) this.#schedules.add(id, job.name, extras.recurs.next_ms)
    return insert
  }

  #toNeeds(needs: NonNullable<NewJob['needs']>): JobInsert['needs'] {
    return needs.map(({ on, ...need }) => ({
      ...need,
      on: 'job_id' in on ? on.job_id : this.#idOfIndex(on.index),
    }))
  }

  #idOfIndex(index: number): number {
    const chunk = this.#chunks.findLast((candidate) => candidate.first_index <= index)
    if (chunk === undefined || index >= this.#count) {
      const message = `A job needs number ${index} of its submission, which is not there, or comes much later. Put it before the job.`
      throw new JobyardError('INVALID_ARGUMENT', message)
    }
    return chunk.first_id + index - chunk.first_index
  }

  async #write(inserts: readonly JobInsert[], whole: boolean, cause: SubmittedFor = {}): Promise<void> {
    const { journal, queue, announce, onOffered } = this.#options
    const written = journal.write({
      ...cause,
      type: 'submit',
      submission_id: this.submission_id,
      label: this.#label,
      whole,
      at_ms: this.#at_ms,
      jobs: inserts,
    })
    // What nothing keeps waiting is offered already: its claim then stands behind it in the same commit, one disk sync
    // less for whoever waits for a single job. Where the disk refuses the submit it refuses the claim, too.
    if (whole) for (const insert of inserts) if (isPlain(insert)) queue.offerUnwritten(this.#toReady(insert))
    if (whole) onOffered()
    const result = await written
    this.#noteStored(inserts, result.duplicates)
    if (!whole) return
    const notReady = new Set(result.not_ready)
    for (const insert of inserts) if (!notReady.has(insert.id)) queue.offer(this.#toReady(insert))
    announce(result)
  }

  #noteStored(inserts: readonly JobInsert[], duplicates: readonly Duplicate[]): void {
    const left_out = this.#duplicates.add(inserts, duplicates)
    const stored = ({ id, extras }: JobInsert): boolean => !left_out.has(id) && extras?.recurs == null
    const first = inserts.find(stored)
    const last = inserts.findLast(stored)
    if (first === undefined || last === undefined) return
    this.#stored = {
      first_id: Math.min(first.id, this.#stored?.first_id ?? first.id),
      last_id: Math.max(last.id, this.#stored?.last_id ?? last.id),
    }
  }

  #toReady({ id, name, kind, group_id, priority, slots, spec_json }: JobInsert): ReadyJob {
    const { submission_id } = this
    const fresh = { position: id, attempts: 0, tries: 0 }
    return { id, name, kind, group_id, priority, slots, spec_json, submission_id, ...fresh }
  }
}

/** Ready as soon as it is stored. */
function isPlain({ held, due_ms, needs, extras }: JobInsert): boolean {
  return !held && due_ms === null && needs.length === 0 && extras === undefined
}

/** Deletes what an unfinished submission had written, in steps that let others write in between. */
export async function abortSubmission(journal: Journal, submission_id: number): Promise<void> {
  for (;;) {
    const { done } = await journal.write({ type: 'abort-submission', submission_id, limit: ABORT_STEP })
    if (done) return
  }
}
