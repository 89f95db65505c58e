import type { StoreContext } from '../store-context.ts'
import type { OperationOf } from '../store-operations.ts'
import type { QueryOf } from '../store-queries.ts'
import type { NeededValue } from '../store-records.ts'

/**
 * One that was cancelled or skipped without an attempt since its last restart has come to nothing, whatever it had come
 * to before. Where it was restarted after the lease, what it came to before that counts.
 */
const VALUES = `SELECT need.job_id, need.needs_job_id, need.label, job.state, attempt.exit_code, attempt.result
  FROM need LEFT JOIN job ON job.id = need.needs_job_id
  LEFT JOIN attempt ON attempt.id = (
    SELECT max(id) FROM attempt INDEXED BY attempt_job WHERE job_id = need.needs_job_id AND ended_ms IS NOT NULL)
    AND NOT (job.state IN ('cancelled', 'skipped') AND job.tries = 0)
  WHERE need.job_id = ? AND need.label IS NOT NULL`

export function readNeededValues(
  context: StoreContext,
  { job_ids }: QueryOf<'needed-values'>,
): NeededValue[] {
  return job_ids.flatMap((job_id) => context.sql<NeededValue>(VALUES).all(job_id))
}

export function noteRan(context: StoreContext, operation: OperationOf<'note-ran'>): null {
  const { attempt_id, job_id, ran } = operation
  context
    .sql('INSERT OR REPLACE INTO attempt_ran (attempt_id, job_id, ran) VALUES (?, ?, ?)')
    .run(attempt_id, job_id, ran)
  return null
}
