import type { JobState } from '../../../../shared/job.ts'
import { JOB_STATES } from '../../../../shared/job.ts'
import { filterSelect } from '../selection-sql.ts'
import { VISIBLE_SQL } from '../job-sql.ts'
import type { StoreContext } from '../store-context.ts'
import type { AnswerOf, QueryOf } from '../store-queries.ts'
import type { AttemptStart, LeaseLeft, ReadyJob } from '../store-records.ts'

const READY_COLUMNS = `SELECT id, priority, position, group_id, kind, name, submission_id, attempts, tries, slots,
  (SELECT spec FROM job_spec WHERE job_id = id) AS spec_json FROM job`

/** The index is named: left alone, the planner may sort a million rows. A test looks at the plan. */
const READY = `${READY_COLUMNS} INDEXED BY job_ready WHERE state = 'queued' AND group_id = @group_id
  AND id NOT IN (SELECT job_id FROM lease)
  AND submission_id NOT IN (SELECT id FROM submission WHERE state = 'open')`
const ORDER = 'ORDER BY priority DESC, position, id LIMIT @limit'

/**
 * One for each way into the index: from the start, on within a priority, on with the lower priorities.
 * @internal for tests
 */
export const READY_QUERIES = {
  start: `${READY} ${ORDER}`,
  within: `${READY} AND priority = @priority AND (position, id) > (@position, @id) ${ORDER}`,
  below: `${READY} AND priority < @priority ${ORDER}`,
} as const

export function readReady(context: StoreContext, query: QueryOf<'ready'>): ReadyJob[] {
  const { group_id, after, limit } = query
  if (after === null) return context.sql<ReadyJob>(READY_QUERIES.start).all({ group_id, limit })
  const { priority, position, id } = after
  const jobs = context.sql<ReadyJob>(READY_QUERIES.within).all({ group_id, priority, position, id, limit })
  const rest = limit - jobs.length
  if (rest <= 0) return jobs
  return jobs.concat(context.sql<ReadyJob>(READY_QUERIES.below).all({ group_id, priority, limit: rest }))
}

export function readNextDue(context: StoreContext): number | null {
  return context.number('SELECT min(wake_ms) FROM job INDEXED BY job_wake WHERE wake_ms IS NOT NULL')
}

interface LeaseRow extends Omit<LeaseLeft, 'stored_start'> {
  readonly stored_id: number | null
  readonly stored_worker_id: number
  readonly stored_number: number
  readonly pid: number | null
  readonly process_start: string | null
  readonly started_ms: number
}

/** Leases found at the start. `number` is that of the attempt the lease was for. */
export function readLeases(context: StoreContext): LeaseLeft[] {
  return context
    .sql<LeaseRow>(
      `SELECT lease.job_id, lease.attempt_id, coalesce(attempt.number, job.attempts + 1) AS number, lease.worker_id,
         lease.claimed_ms, job.tries, job_spec.spec AS spec_json, attempt.id AS stored_id,
         attempt.worker_id AS stored_worker_id, attempt.number AS stored_number, attempt.pid, attempt.process_start,
         attempt.started_ms
       FROM lease JOIN job ON job.id = lease.job_id JOIN job_spec ON job_spec.job_id = lease.job_id
       LEFT JOIN attempt ON attempt.id = lease.attempt_id ORDER BY lease.job_id`,
    )
    .all()
    .map(toLeaseLeft)
}

function toLeaseLeft(row: LeaseRow): LeaseLeft {
  const { job_id, attempt_id, number, worker_id, claimed_ms, tries, spec_json } = row
  const stored_start: AttemptStart | null =
    row.stored_id === null
      ? null
      : {
          attempt_id,
          job_id,
          number: row.stored_number,
          worker_id: row.stored_worker_id,
          pid: row.pid,
          process_start: row.process_start,
          started_ms: row.started_ms,
        }
  return { job_id, attempt_id, number, worker_id, claimed_ms, tries, spec_json, stored_start }
}

/** Ids that match, ascending. */
export function readSelection(context: StoreContext, query: QueryOf<'select'>): number[] {
  const { selection, after_id, limit } = query
  if ('ids' in selection) {
    return context.column<number>(
      `SELECT id FROM job WHERE id IN (SELECT value FROM json_each(?)) AND id > ? AND ${VISIBLE_SQL} ORDER BY id LIMIT ?`,
      JSON.stringify(selection.ids),
      after_id,
      limit,
    )
  }
  const { sql, parameters } = filterSelect(selection.filter, JOB_STATES, { where: 'id > @after_id' })
  return context.db
    .prepare<[Record<string, string | number>], number>(`${sql} ORDER BY id LIMIT @limit`)
    .pluck()
    .all({ ...parameters, after_id, limit })
}

export function readCounters(context: StoreContext): AnswerOf<'counters'> {
  return context
    .sql<{ group_id: number; state: JobState; count: number }>(
      'SELECT group_id, state, count FROM counter WHERE count <> 0 ORDER BY group_id, state',
    )
    .all()
}

/** The jobs of a submission lie in one range of ids, though others may lie in between. */
export function readSubmissionStates(
  context: StoreContext,
  query: QueryOf<'submission-states'>,
): AnswerOf<'submission-states'> {
  return context
    .sql<{ state: JobState; count: number }>(
      `SELECT j.state, count(*) AS count
       FROM submission s JOIN job j ON j.id BETWEEN s.first_job_id AND s.last_job_id
       WHERE s.id = ? AND j.submission_id = s.id GROUP BY j.state ORDER BY j.state`,
    )
    .all(query.submission_id)
}
