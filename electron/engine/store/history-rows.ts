/** What comes out of the database, checked: another program may have written to it, or a disk may have failed. */
import { z } from 'zod'
import { JobyardError } from '../../../shared/errors.ts'
import type { Attempt, Job } from '../../../shared/job.ts'
import { CAUSES, JOB_KINDS, JOB_STATES, NEED_CONDITIONS, STOP_REASONS } from '../../../shared/job.ts'
import type { NeedLink } from '../../../shared/status.ts'
import { toJob } from './operations/job-query.ts'

const count = z.int().min(0)
const time = z.int().nullable()

const jobRecordSchema = z.object({
  id: z.int().positive(),
  submission_id: z.int(),
  group_id: z.int(),
  group_name: z.string(),
  name: z.string(),
  kind: z.enum(JOB_KINDS),
  state: z.enum(JOB_STATES),
  priority: z.int(),
  position: z.number(),
  slots: count,
  held: count,
  needs_open: count,
  due_ms: time,
  retry_at_ms: time,
  attempts: count,
  tries: count,
  cause: z.enum(CAUSES).nullable(),
  exit_code: z.int().nullable(),
  stop_reason: z.enum(STOP_REASONS).nullable(),
  queued_ms: z.int(),
  started_ms: time,
  ended_ms: time,
})

const attemptRowSchema = z.object({
  id: z.int().positive(),
  job_id: z.int(),
  number: z.int().positive(),
  pid: z.int().nullable(),
  started_ms: z.int(),
  ended_ms: time,
  cause: z.enum(CAUSES).nullable(),
  exit_code: z.int().nullable(),
  signal: z.string().nullable(),
  error: z.string().nullable(),
  result: z.string().nullable(),
  stdout_bytes: count.nullable(),
  stderr_bytes: count.nullable(),
  cut_bytes: count.nullable(),
  ran: z.string().nullable(),
})

const NEED_STATUSES = ['open', 'met', 'unmeetable'] as const

const needLinkSchema = z.object({
  job_id: z.int(),
  condition: z.enum(NEED_CONDITIONS),
  status: z.enum(NEED_STATUSES),
  name: z.string().nullable(),
  state: z.enum(JOB_STATES).nullable(),
})
export const groupRowSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    parallel_limit: z.int().nullable(),
    paused: z.int().transform((flag) => flag !== 0),
    parent_id: z.int().nullable(),
    active: count,
  })
  .transform(({ parent_id, ...group }) => (parent_id === null ? group : { ...group, parent_id }))

export const counterRowSchema = z.object({ group_id: z.int(), state: z.enum(JOB_STATES), count: z.int() })

/** What of a row that does not parse is known for sure. */
const rowIdSchema = z.object({ id: z.int().optional(), job_id: z.int().optional() })

/** @throws JobyardError DATA_CORRUPT, with the job's id in the message and in `details.job_id` */
export function parseJob(row: unknown): Job {
  const record = parseRow(jobRecordSchema, row, 'job')
  try {
    return toJob(record)
  } catch (error) {
    throw corruptRow('job', row, error instanceof Error ? error.message : String(error), error)
  }
}

/** @throws JobyardError DATA_CORRUPT, with the ids of the attempt and its job */
export function parseAttempt(row: unknown): Attempt {
  const { stdout_bytes, stderr_bytes, cut_bytes, ran, ...attempt } = parseRow(
    attemptRowSchema,
    row,
    'attempt',
  )
  const log =
    stdout_bytes === null
      ? null
      : { stdout_bytes, stderr_bytes: stderr_bytes ?? 0, cut_bytes: cut_bytes ?? 0 }
  return ran === null ? { ...attempt, log } : { ...attempt, log, ran }
}

/** @throws JobyardError DATA_CORRUPT */
export function parseNeedLink(row: unknown): NeedLink {
  return parseRow(needLinkSchema, row, 'need')
}

/**
 * @param table for the message
 * @throws JobyardError DATA_CORRUPT
 */
export function parseRow<T>(schema: z.ZodType<T>, row: unknown, table: string): T {
  const parsed = schema.safeParse(row)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const why = issue === undefined ? 'unreadable' : `${issue.path.join('.')}: ${issue.message}`
  throw corruptRow(table, row, why, parsed.error)
}

function corruptRow(table: string, row: unknown, why: string, cause: unknown): JobyardError {
  const { id, job_id } = rowIdSchema.safeParse(row).data ?? {}
  const ids = table === 'job' ? { job_id: id } : { job_id, [`${table}_id`]: id }
  const named = [id === undefined ? null : `${table} ${id}`, job_id === undefined ? null : `job ${job_id}`]
  const which = named.filter((name) => name !== null).join(' of ')
  return new JobyardError(
    'DATA_CORRUPT',
    `The stored ${which === '' ? table : which} cannot be read (${why}). ` +
      'The database is damaged, or another program changed it: restore it from a copy.',
    { cause, details: ids },
  )
}
