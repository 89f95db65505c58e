/** What the history's client and its thread say to each other. */
import { z } from 'zod'
import type { Unique } from '../../../shared/job-spec.ts'
import type { SerialisedError } from '../../../shared/errors.ts'
import type { HistoryStats } from '../../../shared/history-stats.ts'
import type { InputOf, OutputMatches, OutputOf } from '../../../shared/ipc.ts'
import type { JobListQuery, JobPage } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import type { HistoryJob, JobDetails } from '../../../shared/status.ts'
import type { KnownJobs } from './history-known.ts'

export type JobCount = OutputOf<'jobs:count'>
export type ExportQuery = InputOf<'jobs:export'>
export type ExportPage = OutputOf<'jobs:export'>
export type OutputSearch = InputOf<'jobs:search-output'>
export type StatsQuery = InputOf<'history:stats'>

export interface HistoryAnswers {
  list: JobPage
  sorted: JobPage
  rows: readonly HistoryJob[]
  show: JobDetails | null
  duplicates: readonly (number | null)[]
  holders: readonly (number | null)[]
  known: KnownJobs
  count: JobCount
  stats: HistoryStats
  export: ExportPage
  search: OutputMatches
}
export type QuestionName = keyof HistoryAnswers
export type HistoryAnswer = HistoryAnswers[QuestionName]

export type HistoryQuestion =
  | { readonly type: 'list'; readonly query: JobListQuery }
  /** A list that takes a while, as its jobs have to be sorted first. */
  | { readonly type: 'sorted'; readonly query: JobListQuery }
  | { readonly type: 'rows'; readonly ids: readonly number[] }
  | { readonly type: 'show'; readonly job_id: number }
  | { readonly type: 'duplicates'; readonly spec_texts: readonly string[] }
  | { readonly type: 'holders'; readonly uniques: readonly (Unique | null)[] }
  | { readonly type: 'known'; readonly after: number }
  | { readonly type: 'count'; readonly filter: JobFilter }
  | { readonly type: 'stats'; readonly query: StatsQuery }
  | { readonly type: 'export'; readonly query: ExportQuery }
  | { readonly type: 'search'; readonly query: OutputSearch }
export type QuestionOf<K extends QuestionName> = Extract<HistoryQuestion, { readonly type: K }>

/**
 * Questions of one lane are answered one after the other; between the steps of a long one those of other lanes have
 * their turn, so that a list does not wait for a chart.
 */
export const LANES: Readonly<Record<QuestionName, number>> = {
  ...{ list: 0, rows: 1, show: 1 },
  ...{ duplicates: 2, holders: 2, known: 2, count: 3, stats: 4, export: 5, search: 6, sorted: 7 },
}
export const LANE_COUNT = 8

/** `workerData` of the thread. */
export const historyThreadDataSchema = z.strictObject({
  dir: z.string(),
  /** An Int32 for each lane: the number of the question that is cancelled. */
  cancelled: z.instanceof(SharedArrayBuffer),
})
export type HistoryThreadData = z.infer<typeof historyThreadDataSchema>

export type ToHistoryThread =
  | { readonly type: 'question'; readonly number: number; readonly question: HistoryQuestion }
  /** Answered by the end of the thread. */
  | { readonly type: 'close' }

export type FromHistoryThread =
  | { readonly type: 'answer'; readonly lane: number; readonly answer: HistoryAnswer }
  | { readonly type: 'failed'; readonly lane: number; readonly error: SerialisedError }
