/**
 * The store port: what the engine needs of a database, and nothing of any driver.
 *
 * Writes are operations. A list of operations is one transaction: all are on disk when `commit` resolves, in the order
 * given, or none is. Every operation is written so that it can be refused row by row (the result says what was done)
 * instead of throwing; a throw means the disk failed, and then nothing of the list was done.
 *
 * The store is the arbiter of what state a waiting job is in: the engine keeps only a bounded window of ready jobs.
 */
import type {
  Attempt,
  Cause,
  Job,
  JobKind,
  JobState,
  LogSummary,
  NeedCondition,
  StopReason,
} from '../../../shared/job.ts'
import type { HaltRule, JobSpec, Schedule, Unique } from '../../../shared/job-spec.ts'
import type { Selection } from '../../../shared/selection.ts'
import type { EndedJob, Group, ScheduleStatus, UsualRun } from '../../../shared/status.ts'
import type { WatchedFile, WatchFolder } from '../../../shared/watch.ts'

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
  /** The schedule that submits it. */
  readonly schedule_id: number | null
  /** It is no job, but a schedule that submits such a job then for the first time (null: never). Nothing can need it. */
  readonly recurs: { readonly next_ms: number | null } | null
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

/** Every operation: what it takes and what it answers. */
export interface StoreOperations {
  /** Begins a submission of several chunks: its jobs are invisible and do not run before `complete-submission`. */
  'open-submission': {
    in: { readonly submission_id: number; readonly label: string; readonly at_ms: number }
    out: null
  }
  /** Adds jobs. `submission_id` must be open, or is created complete with these jobs where `whole` is true. */
  submit: {
    in: {
      readonly submission_id: number
      readonly label: string
      readonly whole: boolean
      readonly at_ms: number
      readonly jobs: JobInserts
    }
    /**
     * `not_ready`: ids of those that are not `queued`, which includes those that were not stored at all because of
     * another with the same unique key; what needs one of these needs the other instead. The caller builds the ready
     * jobs itself from what it gave (position = id), so nothing travels back for the rest; `changed` and `ended` are empty
     * but for needs that were unmeetable from the start.
     */
    out: Changes & { readonly not_ready: readonly number[]; readonly duplicates: readonly Duplicate[] }
  }
  /** `takes`: files of a watch folder that its jobs are of. */
  'complete-submission': {
    in: { readonly submission_id: number; readonly takes?: TakenFiles | undefined }
    out: Changes
  }
  /** Deletes an open submission with its jobs, in steps of `limit`; `done` says whether all are gone. */
  'abort-submission': {
    in: { readonly submission_id: number; readonly limit: number }
    out: { readonly done: boolean }
  }
  /** Leases. Answers for each whether it was taken: a job that is not queued any more, or is leased, is not. */
  claim: {
    in: {
      readonly claims: readonly {
        readonly job_id: number
        readonly attempt_id: number
        readonly worker_id: number
        readonly at_ms: number
      }[]
    }
    out: readonly boolean[]
  }
  /** Takes leases back that were not started; the jobs stay queued, or wait for a need that was opened again. */
  unclaim: { in: { readonly job_ids: readonly number[]; readonly at_ms: number }; out: Changes }
  /** The worker has started these: `running`, with an attempt row. */
  start: { in: { readonly starts: readonly AttemptStart[] }; out: Changes }
  /** Attempts are over: attempt row, job row, lease, dependents. */
  end: { in: { readonly ends: readonly AttemptEnd[] }; out: Changes }
  /** An active job is suspended, resumed or being stopped. */
  'set-active': {
    in: {
      readonly job_id: number
      readonly state: 'running' | 'suspended' | 'stopping'
      readonly stop_reason: StopReason | null
    }
    out: Changes
  }
  /** Scheduled and retrying jobs whose time has come become queued, at most `limit`. */
  'promote-due': {
    in: { readonly now_ms: number; readonly limit: number }
    out: Changes & { readonly count: number }
  }
  /** `cause`: who wants it; a person, unless it says otherwise. */
  cancel: { in: Selected & { readonly at_ms: number; readonly cause?: 'halt' }; out: ActionResult }
  hold: { in: Selected & { readonly at_ms: number }; out: ActionResult }
  release: { in: Selected & { readonly at_ms: number }; out: ActionResult }
  /** Ended and interrupted jobs go back to the first waiting state; dependents skipped because of them are revived. */
  restart: { in: Selected & { readonly at_ms: number }; out: ActionResult }
  /** A person decides about interrupted jobs. */
  'resolve-interrupted': {
    in: Selected & { readonly decision: 'requeue' | 'fail'; readonly at_ms: number }
    out: ActionResult
  }
  move: {
    in: { readonly selection: Selection; readonly target: MoveTarget; readonly at_ms: number }
    out: ActionResult
  }
  edit: {
    in: Selected & { readonly edit: JobEdit; readonly at_ms: number }
    out: ActionResult
  }
  /** Hides ended jobs; they are deleted for good when the time to undo is over. */
  clear: {
    in: Selected & { readonly kind: 'clear' | 'prune'; readonly at_ms: number }
    out: ActionResult
  }
  undo: { in: { readonly action_id: number; readonly at_ms: number }; out: ActionResult }
  /** Deletes for good what was cleared or pruned before `before_ms`, at most `limit` jobs; answers the attempts whose logs may go. */
  sweep: {
    in: { readonly before_ms: number; readonly limit: number }
    out: { readonly attempt_ids: readonly number[]; readonly more: boolean }
  }
  /**
   * Submits the jobs of a schedule, as its overlap allows, and notes when it is due next. Nothing is done where it was
   * removed, or is due at another time than expected. `queued` are the submissions of jobs that were stored.
   */
  'fire-schedule': {
    in: {
      readonly schedule_id: number
      readonly expected_next_ms: number
      readonly next_ms: number | null
      readonly at_ms: number
      /** Of the submissions. */
      readonly label: string
      readonly overlap: Schedule['overlap']
      readonly fires: readonly Firing[]
      /** Times that were passed over. */
      readonly passed: number
    }
    out: Changes & { readonly queued: readonly number[] }
  }
  /** The jobs that they have submitted stay. */
  'remove-schedules': { in: { readonly ids: readonly number[] }; out: { readonly count: number } }
  /** The same folder and recipe again changes the watch that is there. */
  'add-watch': {
    in: Pick<WatchFolder, 'folder' | 'recipe' | 'recursive' | 'settle_ms'> & { readonly at_ms: number }
    out: { readonly id: number }
  }
  'set-watch': { in: Pick<WatchFolder, 'id' | 'enabled'>; out: { readonly count: number } }
  /** What was taken is forgotten with them; the jobs stay. */
  'remove-watches': { in: { readonly ids: readonly number[] }; out: { readonly count: number } }
  /** Files of which there is no job, because they are left out. */
  'take-files': { in: TakenFiles; out: null }
  /** Files that were taken are not there any more: one of that name that comes later is another. */
  'files-gone': { in: { readonly watch_id: number; readonly paths: readonly string[] }; out: null }
  /** Creates the group where it is not there yet. Fields that are missing stay as they are. */
  'set-group': {
    in: {
      readonly name: string
      readonly parallel_limit?: number | null
      readonly paused?: boolean
      readonly parent_id?: number
    }
    out: Group
  }
  /** To be written before their submission is complete. */
  'add-halt-rules': { in: { readonly rules: readonly StoredHaltRule[] }; out: null }
  /** What an attempt runs where values were put in; to be written before it starts. */
  'note-ran': {
    in: { readonly attempt_id: number; readonly job_id: number; readonly ran: string }
    out: null
  }
  'drop-halt-rule': { in: Pick<StoredHaltRule, 'submission_id' | 'first_job_id'>; out: null }
  'set-meta': { in: { readonly key: MetaKey; readonly value: string }; out: null }
}

/** Settings and marks of the data directory. `next_attempt_id` is a high-water mark: ids are never reused. */
export type MetaKey =
  | 'data_id'
  | 'boot_id'
  | 'disk_probe'
  | 'pool_paused'
  | 'pool_state'
  | 'concurrency'
  | 'next_attempt_id'
  | 'synchronous'
  | 'settings'

export type OperationName = keyof StoreOperations
export type OperationOf<K extends OperationName> = { readonly type: K } & StoreOperations[K]['in']
export type Operation = { [K in OperationName]: OperationOf<K> }[OperationName]
export type ResultOf<K extends OperationName> = StoreOperations[K]['out']
export type OperationResult = ResultOf<OperationName>

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

/** Reads answered by the writing connection, in order with the writes before them. */
export interface StoreQueries {
  /** Ready jobs of a group behind `after` (or from the start), not leased, in order, at most `limit`. */
  ready: {
    in: { readonly group_id: number; readonly after: ReadyKey | null; readonly limit: number }
    out: readonly ReadyJob[]
  }
  groups: { in: unknown; out: readonly Group[] }
  /** The next time a scheduled or retrying job is due; null: none. */
  'next-due': { in: unknown; out: number | null }
  leases: { in: unknown; out: readonly LeaseLeft[] }
  'halt-rules': { in: unknown; out: readonly HaltRuleLeft[] }
  /** Schedules that are due, or whose time was computed by a clock that has been set back since; the earliest first. */
  'due-schedules': {
    in: { readonly now_ms: number; readonly computed_before_ms: number; readonly limit: number }
    out: readonly DueSchedule[]
  }
  /** When the next schedule is due; null: none is. */
  'next-schedule': { in: unknown; out: number | null }
  schedules: { in: unknown; out: readonly ScheduleStatus[] }
  /** What jobs of this name take that succeed; null: none is known. */
  'usual-run': { in: { readonly name: string }; out: UsualRun | null }
  /** What the jobs came to that these name in their texts. */
  'needed-values': { in: { readonly job_ids: readonly number[] }; out: readonly NeededValue[] }
  'open-submissions': { in: unknown; out: readonly number[] }
  watches: { in: unknown; out: readonly (WatchFolder & { readonly taken: number })[] }
  /** Which of these files were not taken; `before`: what was taken under that name and has gone. */
  untaken: {
    in: { readonly watch_id: number; readonly paths: readonly string[] }
    out: readonly { readonly path: string; readonly before: WatchedFile | null }[]
  }
  /** Paths of taken files that are not known to be gone, behind `after` (''), in order, at most `limit`. */
  taken: {
    in: { readonly watch_id: number; readonly after: string; readonly limit: number }
    out: readonly string[]
  }
  meta: { in: { readonly key: MetaKey }; out: string | null }
  /** The ids that the next job and the next submission are to have; neither was ever used. */
  'next-ids': { in: unknown; out: { readonly job: number; readonly submission: number } }
  /** Ids that match, ascending, behind `after_id`, at most `limit`. */
  select: {
    in: { readonly selection: Selection; readonly after_id: number; readonly limit: number }
    out: readonly number[]
  }
  job: {
    in: { readonly job_id: number }
    out: { readonly job: Job; readonly spec: JobSpec; readonly attempts: readonly Attempt[] } | null
  }
  /** Jobs by state and group. */
  counters: {
    in: unknown
    out: readonly { readonly group_id: number; readonly state: JobState; readonly count: number }[]
  }
  /** How many jobs of a submission are in each state. */
  'submission-states': {
    in: { readonly submission_id: number }
    out: readonly { readonly state: JobState; readonly count: number }[]
  }
}

export type QueryName = keyof StoreQueries
export type QueryOf<K extends QueryName> = { readonly type: K } & StoreQueries[K]['in']
export type Query = { [K in QueryName]: QueryOf<K> }[QueryName]
export type AnswerOf<K extends QueryName> = StoreQueries[K]['out']

/** Distributes over a list of operations: the results stand in the same order. */
export type ResultsOf<T extends readonly Operation[]> = { [I in keyof T]: ResultOf<T[I]['type']> }

export interface Store {
  /**
   * One transaction.
   * @returns a result for each operation, in order
   * @throws JobyardError STORE_FAILED (nothing was written), ENGINE_CLOSED after close
   */
  commit<const T extends readonly Operation[]>(operations: T): Promise<ResultsOf<T>>
  /** Answered after every commit that was called before it. */
  query<K extends QueryName>(query: QueryOf<K>): Promise<AnswerOf<K>>
  /** Finishes what is under way, checkpoints, closes the database and ends the thread. */
  close(): Promise<void>
}
