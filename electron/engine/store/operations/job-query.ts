import { JobyardError } from '../../../../shared/errors.ts'
import type { Attempt, Job, JobBase, JobKind, JobState } from '../../../../shared/job.ts'
import type { JobSpec } from '../../../../shared/job-spec.ts'
import type { JobRow } from '../job-row.ts'
import { VISIBLE_SQL } from '../job-sql.ts'
import { parseSpecText } from '../spec-text.ts'
import type { StoreContext } from '../store-context.ts'
import type { AnswerOf, QueryOf } from '../store-queries.ts'

/** A job with the name of its group, as `JOB_COLUMNS` reads it. */
export interface JobRecord extends JobRow {
  readonly kind: JobKind
  readonly group_name: string
  readonly priority: number
  readonly position: number
  readonly slots: number
}

/** What `toJob` needs, for a query on `job` joined with `job_group`. */
export const JOB_COLUMNS = `job.id, submission_id, group_id, job.name, kind, state, priority, position, slots, held,
  needs_open, due_ms, retry_at_ms, attempts, tries, cause, exit_code, stop_reason, queued_ms, started_ms, ended_ms,
  job_group.name AS group_name`

const JOB = `SELECT ${JOB_COLUMNS} FROM job JOIN job_group ON job_group.id = job.group_id
  WHERE job.id = ? AND ${VISIBLE_SQL}`

export function readJobPage(context: StoreContext, query: QueryOf<'job'>): AnswerOf<'job'> {
  const { job_id } = query
  const row = context.sql<JobRecord>(JOB).get(job_id)
  if (row === undefined) return null
  const spec = context.text('SELECT spec FROM job_spec WHERE job_id = ?', job_id)
  const attempts = context
    .sql<AttemptRow>(`${ATTEMPT} WHERE job_id = ? ORDER BY number, id`)
    .all(job_id)
    .map(toAttempt)
  return { job: toJob(row), spec: parseSpec(job_id, spec ?? ''), attempts }
}

/** @throws JobyardError DATA_CORRUPT */
export function parseSpec(job_id: number, spec_json: string): JobSpec {
  try {
    return parseSpecText(spec_json)
  } catch (error) {
    throw new JobyardError(
      'DATA_CORRUPT',
      `The stored spec of job ${job_id} cannot be read. Cancel the job and submit its file again.`,
      { cause: error, details: { job_id } },
    )
  }
}

/** @throws JobyardError DATA_CORRUPT where the row lacks what its state brings along */
export function toJob(row: JobRecord): Job {
  const base: JobBase = {
    id: row.id,
    submission_id: row.submission_id,
    name: row.name,
    kind: row.kind,
    group: row.group_name,
    priority: row.priority,
    position: row.position,
    slots: row.slots,
    attempts: row.attempts,
    queued_ms: row.queued_ms,
  }
  const { state, started_ms } = row
  switch (state) {
    case 'held':
    case 'queued':
      return { ...base, state }
    case 'blocked':
      return { ...base, state, needs_open: row.needs_open }
    case 'scheduled':
      return { ...base, state, due_ms: present(row, row.due_ms) }
    case 'retrying':
      return { ...base, state, due_ms: present(row, row.retry_at_ms) }
    case 'running':
    case 'suspended':
      return { ...base, state, started_ms: present(row, started_ms) }
    case 'stopping':
      return {
        ...base,
        state,
        started_ms: present(row, started_ms),
        stop_reason: present(row, row.stop_reason),
      }
    case 'interrupted':
      return {
        ...base,
        state,
        cause: present(row, row.cause),
        started_ms,
        ended_ms: present(row, row.ended_ms),
      }
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'skipped': {
      const { exit_code } = row
      const ended = {
        cause: present(row, row.cause),
        exit_code,
        started_ms,
        ended_ms: present(row, row.ended_ms),
      }
      return { ...base, state, ...ended }
    }
    default:
      return unknownState(row.id, state)
  }
}

function present<T>(row: { readonly id: number; readonly state: JobState }, value: T | null): T {
  if (value !== null) return value
  throw new JobyardError(
    'DATA_CORRUPT',
    `Job ${row.id} is stored as ${row.state} without what belongs to that.`,
  )
}

function unknownState(job_id: number, state: never): never {
  throw new JobyardError('DATA_CORRUPT', `Job ${job_id} is stored in the unknown state ${String(state)}.`)
}

interface AttemptRow extends Omit<Attempt, 'log'> {
  readonly stdout_bytes: number | null
  readonly stderr_bytes: number | null
  readonly cut_bytes: number | null
}

const ATTEMPT = `SELECT id, job_id, number, pid, started_ms, ended_ms, cause, exit_code, signal, error, result,
  stdout_bytes, stderr_bytes, cut_bytes FROM attempt`

function toAttempt(row: AttemptRow): Attempt {
  const { stdout_bytes, stderr_bytes, cut_bytes, ...attempt } = row
  const log =
    stdout_bytes === null
      ? null
      : { stdout_bytes, stderr_bytes: stderr_bytes ?? 0, cut_bytes: cut_bytes ?? 0 }
  return { ...attempt, log }
}
