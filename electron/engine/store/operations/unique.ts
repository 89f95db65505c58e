import { missingCase } from '../../../../shared/errors.ts'
import { ACTIVE_STATES, RESTING_STATES, WAITING_STATES } from '../../../../shared/job.ts'
import type { Unique } from '../../../../shared/job-spec.ts'
import { sqlList } from '../job-sql.ts'
import type { StoreContext } from '../store-context.ts'

const HOLDER = `SELECT id FROM job INDEXED BY job_unique WHERE unique_key = ? AND removed_by IS NULL`

/**
 * Finds the job that keeps one with this key from being queued. All that is stored counts, also what belongs to a
 * submission that is not complete: of two that come in at the same time the first has the key. A job that was cleared away
 * holds nothing any more.
 */
export function holderSql(unique: Unique): string {
  switch (unique.while) {
    case 'queued':
      return `${HOLDER} AND state IN (${sqlList(WAITING_STATES)}) LIMIT 1`
    case 'active':
      return `${HOLDER} AND state IN (${sqlList([...WAITING_STATES, ...ACTIVE_STATES, ...RESTING_STATES])}) LIMIT 1`
    case 'ever':
      return `${HOLDER} LIMIT 1`
    default:
      return missingCase(unique.while)
  }
}

/** @returns its id; null: the key is free */
export function findHolder(context: StoreContext, unique: Unique | null): number | null {
  return unique === null ? null : context.number(holderSql(unique), unique.key)
}
