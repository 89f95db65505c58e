import type { NewJob } from '../../../shared/job-spec.ts'
import { writeJob } from '../store/written-job.ts'
import type { WrittenJob } from '../store/written-job.ts'
import { MAX_BATCH_CHARS, MAX_BATCH_JOBS } from './limits.ts'

export type OnJobs = (jobs: readonly WrittenJob[]) => Promise<void>

/**
 * Gathers jobs into batches of bounded size, and counts them. Each is written at once: of the objects it was made of
 * nothing lives on, which spares the collector half of the time that reading takes.
 */
export class JobBatches {
  readonly #onJobs: OnJobs
  /** Called before jobs are handed on. */
  readonly #before: () => void
  /** Jobs beyond so many are counted only. */
  readonly #wanted: number
  #gathered: WrittenJob[] = []
  #chars = 0
  #count = 0
  /** Told of each job with its index, until another one is set. */
  onJob: ((job: NewJob, index: number) => void) | null = null

  constructor(onJobs: OnJobs, before: () => void, wanted = Number.POSITIVE_INFINITY) {
    this.#onJobs = onJobs
    this.#before = before
    this.#wanted = wanted
  }

  /** From this index on jobs are counted only: it is enough to know that each of them is there. */
  get wanted(): number {
    return this.#wanted
  }

  /** Jobs added so far: the index of the next one. */
  get count(): number {
    return this.#count
  }

  /** Time to flush. */
  get isFull(): boolean {
    if (this.#gathered.length >= MAX_BATCH_JOBS || this.#chars >= MAX_BATCH_CHARS) return true
    return this.#gathered.length > 0 && this.#count >= this.#wanted
  }

  add(job: NewJob): void {
    this.onJob?.(job, this.#count)
    this.#count += 1
    if (this.#count > this.#wanted) return
    const written = writeJob(job)
    this.#gathered.push(written)
    this.#chars += written.spec_text.length
  }

  /** Resolves when the consumer has room for more. */
  async flush(): Promise<void> {
    if (this.#gathered.length === 0) return
    const jobs = this.#gathered
    this.#gathered = []
    this.#chars = 0
    this.#before()
    await this.#onJobs(jobs)
  }
}
