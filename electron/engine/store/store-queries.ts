/** Every read of the store by its writing connection. */
import type { JobSpec } from '../../../shared/job-spec.ts'
import type { Attempt, Job, JobState } from '../../../shared/job.ts'
import type { Selection } from '../../../shared/selection.ts'
import type { Group, ScheduleStatus, UsualRun } from '../../../shared/status.ts'
import type { WatchFolder, WatchedFile } from '../../../shared/watch.ts'
import type { MetaKey } from './store-operations.ts'
import type {
  DueHook,
  DueSchedule,
  HaltRuleLeft,
  LeaseLeft,
  NeededValue,
  ReadyJob,
  ReadyKey,
} from './store-records.ts'

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
  /** Ends of jobs that commands are to follow, behind `after_id`, at most `limit`, the first first. */
  'due-hooks': { in: { readonly after_id: number; readonly limit: number }; out: readonly DueHook[] }
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
