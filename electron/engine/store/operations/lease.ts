import type { JobState } from '../../../../shared/job.ts'
import { isLegal } from '../../../../shared/job-state.ts'
import type { StoreContext } from '../store-context.ts'
import { readJob, writeTransition } from '../job-row.ts'
import { RowsStatement } from '../rows-statement.ts'
import type { OperationOf, ResultOf } from '../store-operations.ts'
import { renewNeeds } from './dependents.ts'

const CLAIM = claimStatement('')
const CLAIM_VISIBLE = claimStatement(
  `AND submission_id NOT IN (SELECT id FROM submission WHERE state = 'open')`,
)
const HAS_LEASE = 'SELECT 1 FROM lease WHERE job_id = ? AND attempt_id = ?'

/** The condition stands in the statement: the window of whoever claims may be out of date. */
function claimStatement(isVisible: string): RowsStatement {
  return new RowsStatement(
    '(?, ?, ?, ?)',
    (rows) => `INSERT OR ROLLBACK INTO lease (job_id, attempt_id, worker_id, claimed_ms)
      SELECT job.id, v.column2, v.column3, v.column4 FROM (VALUES ${rows}) AS v CROSS JOIN job ON job.id = v.column1
      WHERE state = 'queued' ${isVisible} ON CONFLICT DO NOTHING`,
  )
}

/** Leases what is queued, visible and not leased. */
export function claim(context: StoreContext, operation: OperationOf<'claim'>): ResultOf<'claim'> {
  const { claims } = operation
  const statement = context.open_submissions.size > 0 ? CLAIM_VISIBLE : CLAIM
  const rows: number[] = []
  for (const { job_id, attempt_id, worker_id, at_ms } of claims)
    rows.push(job_id, attempt_id, worker_id, at_ms)
  if (statement.run(context, rows) === claims.length) return claims.map(() => true)
  return claims.map(({ job_id, attempt_id }) => context.number(HAS_LEASE, job_id, attempt_id) !== null)
}

/** Takes leases back that were not started; that of a started job stays. */
export function unclaim(context: StoreContext, operation: OperationOf<'unclaim'>): ResultOf<'unclaim'> {
  const changes = context.changes()
  const returned: number[] = []
  for (const job_id of operation.job_ids) {
    const job = readJob(context, job_id)
    if (job?.state !== 'queued') continue
    if (context.sql('DELETE FROM lease WHERE job_id = ?').run(job_id).changes === 0) continue
    changes.stale(job.group_id)
    returned.push(job_id)
  }
  renewNeeds(context, changes, returned, operation.at_ms)
  return changes.build()
}

/** An active job is suspended, resumed or being stopped. */
export function setActive(
  context: StoreContext,
  operation: OperationOf<'set-active'>,
): ResultOf<'set-active'> {
  const changes = context.changes()
  const job = readJob(context, operation.job_id)
  const from = job?.state
  if (job === undefined || from === undefined || !isLegal(from, eventFor(operation.state), operation.state)) {
    return changes.build()
  }
  job.state = operation.state
  job.stop_reason = operation.stop_reason
  writeTransition(context, changes, job, from)
  return changes.build()
}

function eventFor(state: OperationOf<'set-active'>['state']): 'resume' | 'suspend' | 'stop' {
  const events = { running: 'resume', suspended: 'suspend', stopping: 'stop' } as const satisfies Partial<
    Record<JobState, string>
  >
  return events[state]
}
