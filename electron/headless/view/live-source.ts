import type { EndedJob } from '../../../shared/status.ts'
import type { Submission } from '../../engine/submissions/submitter.ts'
import type { Failure } from './render-failures.ts'
import type { ShownJob } from './render-live.ts'

/** Where a live view has from what it shows: the engine of this process, or an owner elsewhere. */
export interface LiveSource {
  /** In the order in which they started. @param named how many of them are shown with their names */
  running(named: number): ShownJob[]
  /** Jobs that wait; null: the bar goes up to the jobs submitted instead. */
  readonly countWaiting: (() => Promise<number>) | null
  /** These jobs are the ones that are meant, where others run beside them. */
  submitted(submission: Submission): void
  failureOf(job: EndedJob): Promise<Failure>
  close(): void
}
