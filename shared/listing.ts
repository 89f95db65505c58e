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

export const MAX_PAGE_JOBS = 500

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
})
export type ListCursor = Readonly<z.infer<typeof listCursorSchema>>

export const jobListSchema = z.strictObject({
  filter: jobFilterSchema,
  order: z.enum(LIST_ORDERS),
  limit: z.int().min(1).max(MAX_PAGE_JOBS),
  /** `next` of the page before. */
  before: listCursorSchema.optional(),
})
export type JobListQuery = Readonly<z.infer<typeof jobListSchema>>

export interface JobPage {
  readonly jobs: readonly HistoryJob[]
  /** For `before` of the next page; null: this was the last. */
  readonly next: ListCursor | null
}
