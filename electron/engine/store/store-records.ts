/** What the store is given and answers: jobs, attempts, and what has changed. No rule and no SQL. */
import type { HaltRule, JobSpec, Unique } from '../../../shared/job-spec.ts'
import type { Cause, JobKind, JobState, LogSummary, NeedCondition } from '../../../shared/job.ts'
import type { Selection } from '../../../shared/selection.ts'
import type { EndedJob } from '../../../shared/status.ts'
import type { WatchedFile } from '../../../shared/watch.ts'

/** Where a ready job stands: priority, then position, then id. Higher priority first, lower position first. */
export interface ReadyKey {
  readonly priority: number
  readonly position: number
  readonly id: number
}

/** A ready job as the dispatcher holds it. `spec_json` is parsed when it is claimed. */
export interface ReadyJob extends ReadyKey {
  readonly group_id: number
  readonly kind: JobKind
  readonly name: string
  readonly submission_id: number
  /** Attempts started so far; the next has this number + 1. */
  readonly attempts: number
  /** Attempts started since the submit or the last restart: what the retry limit counts. */
  readonly tries: number
  readonly slots: number
  readonly spec_json: string
}

/** What few jobs have. */
export interface JobExtras {
  /** Its timeout is a share of what jobs of its name take. */
  readonly timed: boolean
  readonly unique: Unique | null
  /** After which end its own command follows. */
  readonly hook_if: NeedCondition | null
  /** The schedule that submits it. */
  readonly schedule_id: number | null
  /** It is no job, but a schedule that submits such a job then for the first time (null: never). Nothing can need it. */
  readonly recurs: { readonly next_ms: number | null } | null
}

/** A job has ended, and a command is to follow. */
export interface DueHook {
  readonly id: number
  /** Its own command follows. */
  readonly own: boolean
  /** The command of the settings follows. */
  readonly general: boolean
  /** As it was when it ended. Its result is left out. */
  readonly job: EndedJob
  readonly group: string
  readonly spec_json: string
}

/** A schedule, as far as what it is to do follows from it. */
export interface DueSchedule {
  readonly id: number
  readonly spec_json: string
  readonly next_ms: number
  /** When that was computed. */
  readonly computed_ms: number
}

/** A job that a schedule submits, for the time at which it was due. */
export interface Firing {
  readonly time_ms: number
  readonly submission_id: number
  readonly job: JobInsert
}

/** A job that was not stored, because of another with the same unique key. */
export interface Duplicate {
  readonly id: number
  /** The other. */
  readonly of: number
}

export interface NeedInsert {
  readonly on: number
  readonly condition: NeedCondition
  /** How the job names the other in its texts; missing: it does not. */
  readonly label?: string
}

/** What a needed job came to. */
export interface NeededValue {
  /** The job that needs it. */
  readonly job_id: number
  readonly needs_job_id: number
  /** How it is named; several names are lines. */
  readonly label: string
  /** null: it was cleared away, and all else with it. */
  readonly state: JobState | null
  readonly exit_code: number | null
  /** JSON text. Both are of the latest attempt that has ended since the submit or the last restart. */
  readonly result: string | null
}

/** A job to store. `need.on` is the id of a job that is stored already or stands in the same operation or before it. */
export interface JobInsert {
  readonly id: number
  readonly name: string
  readonly kind: JobKind
  readonly group_id: number
  readonly priority: number
  readonly slots: number
  readonly held: boolean
  readonly due_ms: number | null
  readonly spec_json: string
  readonly needs: readonly NeedInsert[]
  readonly extras?: JobExtras | undefined
}

export interface AttemptStart {
  readonly attempt_id: number
  readonly job_id: number
  readonly number: number
  readonly worker_id: number
  readonly pid: number | null
  readonly process_start: string | null
  readonly started_ms: number
}

/** What becomes of the job when its attempt is over. */
export type NextState =
  | { readonly state: 'succeeded' | 'failed' | 'cancelled' }
  | { readonly state: 'retrying'; readonly retry_at_ms: number }
  /** Back to the first waiting state that applies (policy `requeue`). */
  | { readonly state: 'requeue' }
  | { readonly state: 'interrupted' }

export interface AttemptEnd {
  readonly start: AttemptStart
  /** False: the attempt's row is not in the store yet and is inserted whole. */
  readonly started_stored: boolean
  readonly ended_ms: number
  readonly cause: Cause
  readonly exit_code: number | null
  readonly signal: string | null
  readonly error: string | null
  /** JSON text of the result, or null. */
  readonly result: string | null
  readonly log: LogSummary | null
  readonly next: NextState
}

/** What an operation changed besides what it was asked for; announced after the commit. */
export interface Changes {
  /** Jobs that are now in another state. */
  readonly changed: readonly { readonly id: number; readonly state: JobState }[]
  /** Those of them that ended or came to rest. */
  readonly ended: readonly EndedJob[]
  /** Groups whose ready jobs are not what the windows hold any more; the windows are loaded again. */
  readonly stale_groups: readonly number[]
  /** Of those that ended some are to be followed by a command; missing: none. */
  readonly due_hooks?: true
}

/** The answer of an action on a selection. */
export interface ActionResult extends Changes {
  /** Jobs the action was carried out on in the store. */
  readonly count: number
  /** Selected jobs that are leased or active: the engine deals with them itself. */
  readonly active: readonly number[]
  /** To undo it; null where nothing was done or it cannot be undone. */
  readonly action_id: number | null
  /** Where the next step begins; null: the whole selection has been worked off. */
  readonly next_after_id: number | null
}

/**
 * A part of a selection: its jobs behind `after_id`, ascending, at most `limit`. An action on a million jobs in one
 * transaction keeps the store busy for seconds and makes lists of a million entries; in steps it does neither. Each
 * step is an action of its own, to be undone by its own id.
 */
export interface SelectionStep {
  readonly after_id: number
  readonly limit: number
}

/** What an action works on; without a step all of it at once. */
export interface Selected {
  readonly selection: Selection
  readonly step?: SelectionStep
}

/** Where moved jobs go, within the group of the target: they take its priority too. */
export type MoveTarget =
  { readonly to: 'top' | 'bottom' } | { readonly to: 'before' | 'after'; readonly job_id: number }

/** What an edit of a waiting job replaces. `spec` is the whole new spec. */
export interface JobEdit {
  readonly spec?: JobSpec
  readonly group_id?: number
  readonly priority?: number
  /** So much more or less than each job has; not looked at beside `priority`. */
  readonly priority_by?: number
}

/** Jobs to add, to be gone through as often as need be. */
export type JobInserts = Iterable<JobInsert> & { readonly length: number }

/** Files of a watch folder that are not to be taken again. */
export interface TakenFiles {
  readonly watch_id: number
  readonly files: readonly WatchedFile[]
}

/** A lease found at start: its owner died. */
export interface LeaseLeft {
  readonly job_id: number
  readonly attempt_id: number
  readonly number: number
  readonly worker_id: number
  readonly claimed_ms: number
  readonly tries: number
  readonly spec_json: string
  /** The attempt's row, where `start` was committed. */
  readonly stored_start: AttemptStart | null
}

/** When the jobs of a submission in a range of ids are to be stopped. Others' jobs may have ids in between. */
export interface StoredHaltRule {
  readonly submission_id: number
  readonly first_job_id: number
  readonly last_job_id: number
  readonly job_count: number
  readonly rule: HaltRule
}

/** A rule found at start. */
export interface HaltRuleLeft extends StoredHaltRule {
  readonly ended: readonly { readonly id: number; readonly state: 'succeeded' | 'failed' }[]
  /** All of its jobs have ended. */
  readonly is_over: boolean
}
