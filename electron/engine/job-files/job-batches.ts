import type { NewJob } from '../../../shared/job-spec.ts'
import { MAX_BATCH_CHARS, MAX_BATCH_JOBS } from './limits.ts'

export type OnJobs = (jobs: readonly NewJob[]) => Promise<void>

/** Gathers jobs into batches of bounded size, and counts them. */
export class JobBatches {
  readonly #onJobs: OnJobs
  /** Called before jobs are handed on. */
  readonly #before: () => void
  /** Jobs beyond so many are counted only. */
  readonly #wanted: number
  #gathered: NewJob[] = []
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

  /** @param chars the size of the spec, roughly */
  add(job: NewJob, chars: number): void {
    this.onJob?.(job, this.#count)
    this.#count += 1
    if (this.#count > this.#wanted) return
    this.#gathered.push(job)
    this.#chars += chars
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
