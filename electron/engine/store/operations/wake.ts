import { isLegal } from '../../../../shared/job-state.ts'
import { makeWaiting, readJob, writeTransition } from '../job-row.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf, ResultOf } from '../store-operations.ts'

const DUE = 'SELECT id FROM job INDEXED BY job_wake WHERE wake_ms <= ? ORDER BY wake_ms, id LIMIT ?'

/** Scheduled and retrying jobs whose time has come become queued, also those of open submissions (unseen). */
export function promoteDue(
  context: StoreContext,
  operation: OperationOf<'promote-due'>,
): ResultOf<'promote-due'> {
  const { now_ms, limit } = operation
  const changes = context.changes()
  let count = 0
  for (const id of context.column<number>(DUE, now_ms, limit)) {
    const job = readJob(context, id)
    if (job === undefined) continue
    const from = job.state
    makeWaiting(job, now_ms)
    if (!isLegal(from, 'due', job.state)) continue
    writeTransition(context, changes, job, from)
    count += 1
  }
  return { ...changes.build(), count }
}
