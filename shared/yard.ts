/** What is pushed to whoever watches: one snapshot, then deltas, each with the next sequence number. */
import type { SerialisedError } from './errors.ts'
import type { ActiveState } from './job.ts'
import type { EndedJob, Group, PoolStatus, StateCounts, WorkerStatus } from './status.ts'
import type { WhenDoneStatus } from './when-done.ts'

/** A job that runs, is suspended or is being stopped. */
export interface ActiveJob {
  readonly job_id: number
  readonly worker_id: number
  readonly name: string
  readonly state: ActiveState
  readonly started_ms: number
}

/** With what it told of itself. */
export interface RunningJob extends ActiveJob {
  /** 0..1; null: not told. */
  readonly progress: number | null
  readonly message: string | null
}

export interface YardSnapshot {
  readonly data_dir: string
  readonly version: string
  /** The clock of the owner, epoch milliseconds: the watcher's may go differently. */
  readonly now_ms: number
  readonly pool: PoolStatus
  /** Visible jobs by state. */
  readonly counts: StateCounts
  readonly groups: readonly GroupStatus[]
  readonly workers: readonly WorkerStatus[]
  readonly running: readonly RunningJob[]
  readonly when_done: WhenDoneStatus
}

export interface GroupStatus extends Group {
  /** Places of it that are taken. */
  readonly active: number
}

/** Missing parts have not changed. Several changes of one thing become one, the last. */
export interface YardDelta {
  readonly now_ms: number
  readonly pool?: PoolStatus
  readonly counts?: StateCounts
  readonly groups?: readonly GroupStatus[]
  readonly workers?: readonly WorkerStatus[]
  /** All that run now. */
  readonly running?: readonly RunningJob[]
  readonly when_done?: WhenDoneStatus
  /** Jobs that are in another state now, were edited or moved; `more`: there are others, whoever shows jobs reads them anew. */
  readonly changed?: { readonly ids: readonly number[]; readonly more: boolean }
  /** Jobs that ended or were interrupted since the last delta: how many, and the first of them. */
  readonly ended?: { readonly count: number; readonly jobs: readonly EndedNotice[] }
  readonly faults?: readonly SerialisedError[]
}

export type EndedNotice = Pick<EndedJob, 'id' | 'name' | 'state' | 'cause' | 'exit_code'>

/** What is pushed while somebody has a job open: its log has grown, so that the next piece can be read. */
export interface JobNews {
  readonly job_id: number
  /** Attempts whose log has grown since the last news. */
  readonly grown: readonly number[]
  /** The job itself has changed: read it anew. */
  readonly changed: boolean
}
