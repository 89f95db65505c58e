import type { ReadyJob, ReadyKey } from '../store/store-records.ts'

/**
 * Jobs of one group kept in memory at the most; what is behind them stays on disk.
 * @internal for tests
 */
export const WINDOW_JOBS = 2_048
/** Below this many the window is filled up again. */
const LOW_JOBS = 1_024

/** Negative where `a` runs before `b`: higher priority, then lower position, then lower id. */
export function compareReady(a: ReadyKey, b: ReadyKey): number {
  return b.priority - a.priority || a.position - b.position || a.id - b.id
}

/**
 * The first ready jobs of one group, in order: a bounded prefix of what is on disk, so that memory does not grow with
 * the backlog. Jobs that come before the last one of the window are put in; those behind it are found on disk later.
 */
export class ReadyWindow {
  #jobs: ReadyJob[] = []
  #head = 0
  /** True where nothing ready is on disk that is not here. */
  #complete = false
  #loading = false
  /** A job was left on disk while a load was under way: the load may have missed it. */
  #leftBehind = false
  #generation = 0

  get length(): number {
    return this.#jobs.length - this.#head
  }

  peek(): ReadyJob | undefined {
    return this.#jobs[this.#head]
  }

  /** How many of the first jobs fit into so many places together. */
  countFitting(places: number, placesOf: (job: ReadyJob) => number): number {
    let left = places
    let at = this.#head
    for (; at < this.#jobs.length && left > 0; at += 1) {
      const job = this.#jobs[at]
      if (job === undefined) break
      left -= placesOf(job)
      if (left < 0) break
    }
    return at - this.#head
  }

  take(): ReadyJob | undefined {
    const job = this.#jobs[this.#head]
    if (job === undefined) return undefined
    this.#head += 1
    if (this.#head > 256 && this.#head * 2 > this.#jobs.length) {
      this.#jobs = this.#jobs.slice(this.#head)
      this.#head = 0
    }
    return job
  }

  /** A job has become ready, or comes back from a lease. */
  offer(job: ReadyJob): void {
    const last = this.#jobs.at(-1)
    const inside = this.length > 0 && last !== undefined && compareReady(job, last) < 0
    if (!inside && !(this.#complete && this.length < WINDOW_JOBS)) {
      this.#complete = false
      this.#leftBehind = true
      return
    }
    this.#insert(job)
    if (this.length <= WINDOW_JOBS) return
    this.#jobs.pop()
    this.#complete = false
    this.#leftBehind = true
  }

  /** As `offer`, for a job that no load could find yet: taken only where all that is ready is here, with room for more. */
  offerUnwritten(job: ReadyJob): void {
    if (this.#complete && this.length < WINDOW_JOBS) this.#insert(job)
  }

  /** What is here may not be true any more: everything is loaded again. */
  invalidate(): void {
    this.#jobs = []
    this.#head = 0
    this.#complete = false
    this.#loading = false
    this.#generation += 1
  }

  needsLoad(): boolean {
    return !this.#complete && !this.#loading && this.length < LOW_JOBS
  }

  /** True where nothing is known to wait and nothing can be on disk. */
  isEmpty(): boolean {
    return this.#complete && this.length === 0
  }

  /** @returns from where to load how many, and the ticket to hand in with the answer */
  beginLoad(): { readonly after: ReadyKey | null; readonly limit: number; readonly generation: number } {
    this.#loading = true
    this.#leftBehind = false
    const last = this.length > 0 ? this.#jobs.at(-1) : undefined
    return { after: last ?? null, limit: WINDOW_JOBS - this.length, generation: this.#generation }
  }

  /** @param skip jobs that were claimed meanwhile and are not to come back */
  endLoad(
    generation: number,
    loaded: readonly ReadyJob[],
    limit: number,
    skip: (job_id: number) => boolean,
  ): void {
    if (generation !== this.#generation) return
    this.#loading = false
    for (const job of loaded) if (!skip(job.id)) this.#insert(job)
    this.#complete = loaded.length < limit && !this.#leftBehind
  }

  /** The load failed; it is tried again by the next `needsLoad`. */
  cancelLoad(generation: number): void {
    if (generation === this.#generation) this.#loading = false
  }

  /** Puts the job in its place, unless it stands there already. */
  #insert(job: ReadyJob): void {
    const last = this.#jobs.at(-1)
    if (last === undefined || this.length === 0 || compareReady(last, job) < 0) {
      this.#jobs.push(job)
      return
    }
    let low = this.#head
    let high = this.#jobs.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const at = this.#jobs[middle]
      if (at !== undefined && compareReady(at, job) < 0) low = middle + 1
      else high = middle
    }
    if (this.#jobs[low]?.id !== job.id) this.#jobs.splice(low, 0, job)
  }
}
