/** Lists of jobs: what may be asked for, and the pages that come back. Keyset pages, so that a million jobs never travel. */
import { z } from 'zod'
import { jobFilterSchema } from './selection.ts'
import type { HistoryJob } from './status.ts'

/**
 * `run`: waiting and active jobs only, active ones first, then in the order in which they are claimed. `newest` and
 * `oldest`: by id, as they came. `ended`: the last that ended or was interrupted first; no others.
 */
export const LIST_ORDERS = ['run', 'newest', 'oldest', 'ended'] as const
export type ListOrder = (typeof LIST_ORDERS)[number]

export const SORT_COLUMNS = [
  ...(['id', 'name', 'state', 'group', 'cause', 'exit_code', 'attempts', 'priority', 'kind'] as const),
  ...(['queued', 'started', 'ended', 'duration'] as const),
] as const
export type SortColumn = (typeof SORT_COLUMNS)[number]

/** By a column; jobs that have nothing in it come last, either way. Names are compared without case, numbers in them as such. */
export const listSortSchema = z.strictObject({ by: z.enum(SORT_COLUMNS), down: z.boolean() })
export type ListSort = Readonly<z.infer<typeof listSortSchema>>

export const MAX_PAGE_JOBS = 500
/** Of more jobs than these none is sorted by a column, or passed over by `skip`. */
export const MAX_SORTED_JOBS = 4_000_000

/** Where a page ended: the next begins right behind. Made by whoever lists, opaque to others. */
export const listCursorSchema = z.strictObject({
  id: z.int(),
  /** Of the order `ended`, else null. */
  ended_ms: z.int().nullable(),
  /** Of the order `run`, else null: whether active jobs are over, and the place among those that wait. */
  run: z
    .strictObject({ waiting: z.boolean(), priority: z.int(), position: z.number() })
    .nullable()
    .optional(),
  /** Of a list that is sorted by a column: what the job has in it, as it is compared. */
  sort: z.strictObject({ rank: z.number(), value: z.union([z.number(), z.string()]) }).optional(),
})
export type ListCursor = Readonly<z.infer<typeof listCursorSchema>>

export const jobListSchema = z.strictObject({
  filter: jobFilterSchema,
  order: z.union([z.enum(LIST_ORDERS), listSortSchema]),
  limit: z.int().min(1).max(MAX_PAGE_JOBS),
  /** `next` of the page before. */
  before: listCursorSchema.optional(),
  /** In place of `before`: begin behind so many jobs. The place is that of a moment ago where the list changes. */
  skip: z.int().min(0).optional(),
})
export type JobListQuery = Readonly<z.infer<typeof jobListSchema>>

/** A query for a list in an order of its own, from its start or a cursor on. */
export interface OrderedQuery extends Omit<JobListQuery, 'skip'> {
  readonly order: ListOrder
}

export interface JobPage {
  readonly jobs: readonly HistoryJob[]
  /** For `before` of the next page; null: this was the last. */
  readonly next: ListCursor | null
  /** Of a page that was asked for with `skip`: for `before`, to read it again (null: it is the first), and how many there are. */
  readonly start?: { readonly before: ListCursor | null; readonly total: number }
}
