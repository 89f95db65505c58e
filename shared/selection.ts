import { z } from 'zod'
import { CAUSES, JOB_STATES } from './job.ts'

/** Every part that is given must match. `name` is a part of the name, without case. */
export const jobFilterSchema = z.strictObject({
  states: z.array(z.enum(JOB_STATES)).optional(),
  name: z.string().optional(),
  group: z.string().optional(),
  submission_id: z.int().optional(),
  /** From this id on, up to that one. */
  first_id: z.int().optional(),
  last_id: z.int().optional(),
  /** Ended before this time, epoch milliseconds. */
  ended_before_ms: z.int().optional(),
  /** Ended then or later. */
  ended_after_ms: z.int().optional(),
  /** What jobs ended with. */
  exit_code: z.int().optional(),
  cause: z.enum(CAUSES).optional(),
})
export type JobFilter = z.infer<typeof jobFilterSchema>

/** What an action works on: some jobs by id, or all that match a filter (an empty filter is every job). */
export const selectionSchema = z.union([
  z.strictObject({ ids: z.array(z.int().positive()) }),
  z.strictObject({ filter: jobFilterSchema }),
])
export type Selection = z.infer<typeof selectionSchema>
