/** What a host shows of an engine that works, and of what it remembers. Plain data: it crosses every boundary as it is. */
import type {
  Attempt,
  Cause,
  EndedState,
  Job,
  JobState,
  NeedCondition,
  PoolState,
  WaitReason,
} from './job.ts'
import type { JobSpec, Schedule, Task } from './job-spec.ts'

export interface PoolStatus {
  readonly state: PoolState
  /** Workers wanted. */
  readonly concurrency: number
  /** Attempts that run, are suspended or are being stopped. */
  readonly active: number
}

export interface Group {
  readonly id: number
  readonly name: string
  /** Most jobs of the group that run at once; null: no limit but the pool's. */
  readonly parallel_limit: number | null
  readonly paused: boolean
  /** The group it is in: that one's limit and pause hold for its jobs, too. Missing: it is in none. */
  readonly parent_id?: number
}

export type WorkerState = 'starting' | 'idle' | 'busy' | 'stopping' | 'gone'

export interface WorkerStatus {
  readonly worker_id: number
  /** From 1. Whoever is started in place of a worker that is gone has its place, and another id. */
  readonly place: number
  /** How often the process at this place was started anew, after a crash, a recycle or a kill, since the engine was opened. */
  readonly restarts: number
  readonly pid: number | null
  readonly state: WorkerState
  /** What it holds; the first runs. Whoever watches is told of some only. */
  readonly job_ids: readonly number[]
  readonly jobs_done: number
  readonly started_ms: number
}

/** A job that ended or came to rest. */
export interface EndedJob {
  readonly id: number
  readonly submission_id: number
  readonly name: string
  readonly state: EndedState | 'interrupted'
  readonly cause: Cause
  readonly exit_code: number | null
  readonly attempts: number
  readonly queued_ms: number
  readonly started_ms: number | null
  readonly ended_ms: number
  readonly result: string | null
}

/** What an action did. */
export interface ActionOutcome {
  /** Jobs it was carried out on, or, for running ones, is being carried out on. */
  readonly count: number
  /** To undo it; empty where nothing was done or it cannot be undone. */
  readonly action_ids: readonly number[]
}

export interface HistoryJob {
  readonly job: Job
  /** Null where the job does not wait. */
  readonly wait_reason: WaitReason | null
}

/** A need, seen from either side: `job_id` is the other job. `name` and `state` are null where that was deleted or cleared. */
export interface NeedLink {
  readonly job_id: number
  readonly condition: NeedCondition
  readonly status: 'open' | 'met' | 'unmeetable'
  readonly name: string | null
  readonly state: JobState | null
}

/** What successful jobs of one name took. */
export interface UsualRun {
  readonly median_ms: number
  /** The latest so many were looked at. */
  readonly runs: number
}

/** Something that submits a job again and again. */
export interface ScheduleStatus {
  readonly id: number
  readonly name: string
  readonly schedule: Schedule
  readonly group: string
  readonly task: Task
  readonly created_ms: number
  /** null: never again. */
  readonly next_ms: number | null
  /** The time for which it submitted last, and what; null: it has not yet. */
  readonly last_ms: number | null
  readonly last_job_id: number | null
  /** How often it was due and nothing was submitted. */
  readonly skipped: number
}

export interface HistoryRecord extends HistoryJob {
  readonly spec: JobSpec
  /** Only told where the timeout is a share of it; null: no job of its name has succeeded yet. */
  readonly usual_run?: UsualRun | null
  /** In the order they were started. */
  readonly attempts: readonly Attempt[]
}

export interface JobDetails extends HistoryRecord {
  /** What it came in with; null where that is not known any more. */
  readonly submission: { readonly label: string; readonly created_ms: number } | null
  /** The jobs it needs, and those that need it: of each at most 1,000, and how many there are. */
  readonly needs: readonly NeedLink[]
  readonly needs_count: number
  readonly dependents: readonly NeedLink[]
  readonly dependents_count: number
}

export type StateCounts = Readonly<Record<JobState, number>>

export interface GroupSummary {
  readonly group: Group
  /** Places of the group that are taken. */
  readonly active: number
  readonly counts: StateCounts
}
