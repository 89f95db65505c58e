import type { JobState } from '../../../shared/job.ts'
import type { EndedJob } from '../../../shared/status.ts'
import type { Changes } from './store-records.ts'

/** Gathers what an operation changed. Jobs of open submissions are invisible: nothing is told of them. */
export class ChangesBuilder {
  readonly #open: ReadonlySet<number>
  readonly #changed: { id: number; state: JobState }[] = []
  readonly #ended: EndedJob[] = []
  readonly #stale = new Set<number>()

  constructor(open: ReadonlySet<number>) {
    this.#open = open
  }

  isHidden(submission_id: number): boolean {
    return this.#open.size > 0 && this.#open.has(submission_id)
  }

  changed(id: number, state: JobState): void {
    this.#changed.push({ id, state })
  }

  ended(job: EndedJob): void {
    this.#ended.push(job)
  }

  /** Jobs of the group became ready or are not ready any more. */
  stale(group_id: number): void {
    this.#stale.add(group_id)
  }

  build(): Changes {
    return { changed: this.#changed, ended: this.#ended, stale_groups: [...this.#stale] }
  }
}
