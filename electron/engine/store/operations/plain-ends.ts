import type { EndedState, JobState } from '../../../../shared/job.ts'
import type { ChangesBuilder } from '../changes-builder.ts'
import { RowsStatement } from '../rows-statement.ts'
import type { StoreContext } from '../store-context.ts'
import type { AttemptEnd } from '../store-records.ts'

/** A leased job, as far as the end of its attempt needs it. */
export interface LeasedJob {
  readonly id: number
  readonly submission_id: number
  readonly group_id: number
  readonly name: string
  readonly state: JobState
  readonly attempts: number
  readonly tries: number
  readonly queued_ms: number
  readonly attempt_id: number
}

const READ_LEASED = `SELECT job.id, submission_id, group_id, name, state, attempts, tries, queued_ms, attempt_id
  FROM json_each(?) AS wanted CROSS JOIN lease ON lease.job_id = wanted.value CROSS JOIN job ON job.id = lease.job_id`
const DELETE_LEASES = 'DELETE FROM lease WHERE job_id IN (SELECT value FROM json_each(?))'

const INSERT_ATTEMPTS = new RowsStatement(
  '(?, ?, ?, ?, ?, ?, ?, ?, ?)',
  (
    rows,
  ) => `INSERT OR ROLLBACK INTO attempt (id, job_id, number, worker_id, started_ms, ended_ms, cause, exit_code, result)
    VALUES ${rows}`,
)
const INSERT_FULL_ATTEMPTS = new RowsStatement(
  '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  (
    rows,
  ) => `INSERT OR ROLLBACK INTO attempt (id, job_id, number, worker_id, started_ms, ended_ms, cause, exit_code, result,
    pid, process_start, signal, error, stdout_bytes, stderr_bytes, cut_bytes) VALUES ${rows}`,
)
const END_JOBS = new RowsStatement(
  '(?, ?, ?, ?, ?, ?, ?, ?)',
  (
    rows,
  ) => `UPDATE OR ROLLBACK job SET state = v.column2, cause = v.column3, exit_code = v.column4, attempts = v.column5,
    tries = v.column6, started_ms = v.column7, ended_ms = v.column8, retry_at_ms = NULL, stop_reason = NULL
    FROM (VALUES ${rows}) AS v WHERE job.id = v.column1`,
)

/** The jobs of these attempts that are leased, by their ids. */
export function readLeased(context: StoreContext, ends: readonly AttemptEnd[]): Map<number, LeasedJob> {
  const ids = JSON.stringify(ends.map((attempt) => attempt.start.job_id))
  return new Map(
    context
      .sql<LeasedJob>(READ_LEASED)
      .all(ids)
      .map((job) => [job.id, job]),
  )
}

/**
 * Most attempts end while their job still stands as queued under its lease, because start and end are told together.
 * These are the hot path: they are gathered and written many at a time.
 */
export class PlainEnds {
  readonly #context: StoreContext
  readonly #changes: ChangesBuilder
  readonly #job_ids: number[] = []
  readonly #jobs: unknown[] = []
  readonly #attempts: unknown[] = []
  readonly #full_attempts: unknown[] = []

  constructor(context: StoreContext, changes: ChangesBuilder) {
    this.#context = context
    this.#changes = changes
  }

  /** Takes the end of a leased job that was never stored as started. */
  add(job: LeasedJob, attempt: AttemptEnd, state: EndedState): void {
    const { cause, exit_code, ended_ms } = attempt
    const { id, submission_id, group_id, name, queued_ms } = job
    const { started_ms } = attempt.start
    const attempts = job.attempts + 1
    this.#job_ids.push(id)
    this.#jobs.push(id, state, cause, exit_code, attempts, job.tries + 1, started_ms, ended_ms)
    this.#addAttempt(attempt)
    const { tally } = this.#context
    tally.add(submission_id, group_id, job.state, -1)
    tally.add(submission_id, group_id, state, 1)
    if (this.#changes.isHidden(submission_id)) return
    this.#changes.changed(id, state)
    const result = state === 'cancelled' || state === 'skipped' ? null : attempt.result
    // prettier-ignore
    this.#changes.ended({ id, submission_id, name, state, cause, exit_code, attempts, queued_ms, started_ms, ended_ms, result })
  }

  #addAttempt({ start, ended_ms, cause, exit_code, result, signal, error, log }: AttemptEnd): void {
    const { attempt_id, job_id, number, worker_id, started_ms, pid, process_start } = start
    const isFull = pid !== null || signal !== null || error !== null || log !== null
    const rows = isFull ? this.#full_attempts : this.#attempts
    rows.push(attempt_id, job_id, number, worker_id, started_ms, ended_ms, cause, exit_code, result)
    if (!isFull) return
    rows.push(pid, process_start, signal, error)
    rows.push(log?.stdout_bytes ?? null, log?.stderr_bytes ?? null, log?.cut_bytes ?? null)
  }

  write(): void {
    if (this.#job_ids.length === 0) return
    INSERT_ATTEMPTS.run(this.#context, this.#attempts)
    INSERT_FULL_ATTEMPTS.run(this.#context, this.#full_attempts)
    END_JOBS.run(this.#context, this.#jobs)
    this.#context.sql(DELETE_LEASES).run(JSON.stringify(this.#job_ids))
  }
}
