/** Every write of the store: what it takes and what it answers. */
import type { Schedule } from '../../../shared/job-spec.ts'
import type { StopReason } from '../../../shared/job.ts'
import type { Selection } from '../../../shared/selection.ts'
import type { Group } from '../../../shared/status.ts'
import type { WatchFolder } from '../../../shared/watch.ts'
import type {
  ActionResult,
  AttemptEnd,
  AttemptStart,
  Changes,
  Duplicate,
  Firing,
  JobEdit,
  JobInserts,
  MoveTarget,
  Selected,
  StoredHaltRule,
  TakenFiles,
} from './store-records.ts'

/** What is settled by the commit that makes the jobs of a submission visible; not looked at before that. */
export interface SubmittedFor {
  /** Files of a watch folder that its jobs are of. */
  readonly takes?: TakenFiles | undefined
  /** Ends of jobs that these ones follow. */
  readonly due_hooks?: readonly number[] | undefined
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
    } & SubmittedFor
    /**
     * `not_ready`: ids of those that are not `queued`, which includes those that were not stored at all because of
     * another with the same unique key; what needs one of these needs the other instead. The caller builds the ready
     * jobs itself from what it gave (position = id), so nothing travels back for the rest; `changed` and `ended` are empty
     * but for needs that were unmeetable from the start.
     */
    out: Changes & { readonly not_ready: readonly number[]; readonly duplicates: readonly Duplicate[] }
  }
  'complete-submission': {
    in: { readonly submission_id: number } & SubmittedFor
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
  /** Ends of jobs that no command follows any more. */
  'drop-due-hooks': { in: { readonly ids: readonly number[] }; out: null }
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
  | 'after_job'

export type OperationName = keyof StoreOperations
export type OperationOf<K extends OperationName> = { readonly type: K } & StoreOperations[K]['in']
export type Operation = { [K in OperationName]: OperationOf<K> }[OperationName]
export type ResultOf<K extends OperationName> = StoreOperations[K]['out']
export type OperationResult = ResultOf<OperationName>
