import { ENDED_STATES } from '../../../../shared/job.ts'
import { countOf, fillSelected, tallyJobs } from '../selected.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf, ResultOf } from '../store-operations.ts'
import type { ActionResult } from '../store-records.ts'
import { actionResult, recordAction } from './actions.ts'
import { deleteWork } from './delete-jobs.ts'

/** Hides ended jobs. Nothing is deleted before `sweep`, so that it can be undone. */
export function clear(context: StoreContext, operation: OperationOf<'clear'>): ActionResult {
  const changes = context.changes()
  const next_after_id = fillSelected(context, operation, ENDED_STATES)
  const count = countOf(context, 'selected')
  if (count === 0) return actionResult(changes, 0, { next_after_id })
  const action_id = recordAction(context, operation.kind, operation.at_ms, count)
  tallyJobs(context, 'selected', -1)
  context.sql('UPDATE job SET removed_by = ? WHERE id IN (SELECT id FROM temp.selected)').run(action_id)
  return actionResult(changes, count, { action_id, next_after_id })
}

/**
 * Deletes what was cleared or pruned before `before_ms`, at most `limit` jobs at a time, and forgets all actions of that
 * time: they cannot be undone from the first step on.
 */
export function sweep(context: StoreContext, operation: OperationOf<'sweep'>): ResultOf<'sweep'> {
  const { before_ms, limit } = operation
  context.sql(`UPDATE action SET state = 'expired' WHERE at_ms < ? AND state <> 'expired'`).run(before_ms)
  context.sql('DELETE FROM temp.work').run()
  const found = context
    .sql(
      `INSERT INTO temp.work SELECT id FROM job INDEXED BY job_removed
       WHERE removed_by IN (SELECT id FROM action WHERE state = 'expired' AND kind IN ('clear', 'prune')) LIMIT ?`,
    )
    .run(limit).changes
  const attempt_ids = context.column<number>(
    'SELECT id FROM attempt WHERE job_id IN (SELECT id FROM temp.work) ORDER BY id',
  )
  deleteWork(context)
  if (found === limit && limit > 0) return { attempt_ids, more: true }
  const isForgotten = forgetActions(context, limit)
  return { attempt_ids, more: !isForgotten }
}

/** Deletes expired actions with what they kept, in steps as well. @returns true: all are gone */
function forgetActions(context: StoreContext, limit: number): boolean {
  const deleted = context
    .sql(
      `DELETE FROM action_job WHERE (action_id, job_id) IN (SELECT action_id, job_id FROM action_job
       WHERE action_id IN (SELECT id FROM action WHERE state = 'expired') LIMIT ?)`,
    )
    .run(limit).changes
  if (deleted === limit && limit > 0) return false
  context.sql(`DELETE FROM action WHERE state = 'expired'`).run()
  return true
}
