import type { NewJob } from '../../../shared/job-spec.ts'
import { MAX_BATCH_CHARS, MAX_BATCH_JOBS } from './limits.ts'

export type OnJobs = (jobs: readonly NewJob[]) => Promise<void>

/** Gathers jobs into batches of bounded size, and counts them. */
export class JobBatches {
  readonly #onJobs: OnJobs
  /** Called before jobs are handed on. */
  readonly #before: () => void
  #gathered: NewJob[] = []
  #chars = 0
  #count = 0

  constructor(onJobs: OnJobs, before: () => void) {
    this.#onJobs = onJobs
    this.#before = before
  }

  /** Jobs added so far: the index of the next one. */
  get count(): number {
    return this.#count
  }

  /** Time to flush. */
  get isFull(): boolean {
    return this.#gathered.length >= MAX_BATCH_JOBS || this.#chars >= MAX_BATCH_CHARS
  }

  /** @param chars the size of the spec, roughly */
  add(job: NewJob, chars: number): void {
    this.#gathered.push(job)
    this.#chars += chars
    this.#count += 1
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
