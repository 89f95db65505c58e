import { missingCase } from '../../../../shared/errors.ts'
import { VISIBLE_SQL, WAITING_SQL } from '../job-sql.ts'
import { countOf, noteStale, tallyJobs } from '../selected.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf } from '../store-operations.ts'
import type { ActionResult } from '../store-records.ts'
import { ACTION_KINDS, actionResult } from './actions.ts'
import { reactivate } from './reactivate.ts'

/** Takes an action back, for those of its jobs that nothing was done to since. Unknown, expired or undone: count 0. */
export function undo(context: StoreContext, operation: OperationOf<'undo'>): ActionResult {
  const { action_id, at_ms } = operation
  const changes = context.changes()
  const stored = context.text(`SELECT kind FROM action WHERE id = ? AND state = 'done'`, action_id)
  const kind = ACTION_KINDS.find((known) => known === stored)
  if (kind === undefined) return actionResult(changes, 0)
  context.sql(`UPDATE action SET state = 'undone' WHERE id = ?`).run(action_id)
  context.sql('DELETE FROM temp.selected').run()
  switch (kind) {
    case 'cancel':
      selectTouched(context, action_id, `'cancelled'`)
      if (countOf(context, 'selected') === 0) return actionResult(changes, 0)
      return actionResult(changes, reactivate(context, changes, at_ms, 'undo'))
    case 'move':
      selectTouched(context, action_id, WAITING_SQL)
      noteStale(context, changes, 'selected')
      return actionResult(changes, moveBack(context, action_id))
    case 'clear':
    case 'prune':
      return actionResult(changes, unhide(context, action_id))
    default:
      return missingCase(kind)
  }
}

/** Jobs whose latest undoable action is this one, that are still as it left them. */
function selectTouched(context: StoreContext, action_id: number, states: string): void {
  context
    .sql(
      `INSERT INTO temp.selected SELECT job.id FROM action_job JOIN job ON job.id = action_job.job_id
       WHERE action_id = ? AND touched_by = action_id AND state IN (${states}) AND ${VISIBLE_SQL}
         AND job.id NOT IN (SELECT job_id FROM lease)`,
    )
    .run(action_id)
}

function moveBack(context: StoreContext, action_id: number): number {
  return context
    .sql(
      `UPDATE job SET priority = before.priority, position = before.position, touched_by = NULL
       FROM action_job AS before
       WHERE before.action_id = ? AND before.job_id = job.id AND job.id IN (SELECT id FROM temp.selected)`,
    )
    .run(action_id).changes
}

function unhide(context: StoreContext, action_id: number): number {
  context.sql('INSERT INTO temp.selected SELECT id FROM job WHERE removed_by = ?').run(action_id)
  const count = context
    .sql('UPDATE job SET removed_by = NULL WHERE id IN (SELECT id FROM temp.selected)')
    .run().changes
  tallyJobs(context, 'selected', 1)
  return count
}
