import { ACTIVE_STATES } from '../../../../shared/job.ts'
import { SPEC_DEFAULTS } from '../../../../shared/job-spec.ts'
import { statesAllowing } from '../../../../shared/job-state.ts'
import { countOf, fillSelected, noteStale, takeLeased, tallyJobs } from '../selected.ts'
import { writeSpecText } from '../spec-text.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf } from '../store-operations.ts'
import type { ActionResult } from '../store-records.ts'
import { actionResult, recordAction } from './actions.ts'

/** Whatever is added, it stays a number that JavaScript can count with. */
const PRIORITY_SQL = `coalesce(@priority,
  max(${Number.MIN_SAFE_INTEGER}, min(${Number.MAX_SAFE_INTEGER}, priority + CAST(@priority_by AS INTEGER))))`

const EDITABLE = statesAllowing('edit')

/**
 * Replaces parts of waiting jobs. Their state does not follow from what can be edited, so it stays. Where nothing but the
 * priority is changed, that can be undone, as a move can.
 */
export function edit(context: StoreContext, operation: OperationOf<'edit'>): ActionResult {
  const { edit: change, at_ms } = operation
  const changes = context.changes()
  const next_after_id = fillSelected(context, operation, [...EDITABLE, ...ACTIVE_STATES])
  const active = takeLeased(context)
  const count = countOf(context, 'selected')
  if (count === 0) return actionResult(changes, 0, { active, next_after_id })
  const { spec } = change
  // The group that loses jobs, and the one that gets them.
  noteStale(context, changes, 'selected')
  tallyJobs(context, 'selected', -1)
  const ofPriority = change.priority !== undefined || change.priority_by !== undefined
  const isUndoable = ofPriority && change.group_id === undefined && spec === undefined
  const action_id = isUndoable ? recordPriorities(context, at_ms, count) : null
  const isMoved = ofPriority || change.group_id !== undefined
  context
    .sql(
      `UPDATE job SET group_id = coalesce(@group_id, group_id), priority = ${PRIORITY_SQL},
         name = coalesce(@name, name), kind = coalesce(@kind, kind), slots = coalesce(@slots, slots),
         unique_key = CASE WHEN @respecified THEN @unique_key ELSE unique_key END,
         timed = CASE WHEN @respecified THEN @timed ELSE timed END,
         hook_if = CASE WHEN @respecified THEN @hook_if ELSE hook_if END,
         touched_by = CASE WHEN @moved THEN @action_id ELSE touched_by END
       WHERE id IN (SELECT id FROM temp.selected)`,
    )
    .run({
      group_id: change.group_id ?? null,
      priority: change.priority ?? null,
      priority_by: change.priority_by ?? 0,
      action_id,
      name: spec?.name ?? null,
      kind: spec?.task.kind ?? null,
      slots: spec === undefined ? null : (spec.slots ?? SPEC_DEFAULTS.slots),
      moved: isMoved ? 1 : 0,
      respecified: spec === undefined ? 0 : 1,
      unique_key: spec?.unique?.key ?? null,
      timed: spec?.timeout_percent === undefined ? null : 1,
      hook_if: spec?.on_finish?.if ?? null,
    })
  tallyJobs(context, 'selected', 1)
  noteStale(context, changes, 'selected')
  if (spec !== undefined) {
    context
      .sql('UPDATE job_spec SET spec = ? WHERE job_id IN (SELECT id FROM temp.selected)')
      .run(writeSpecText(spec))
  }
  return actionResult(changes, count, { active, next_after_id, action_id })
}

/** What is stored of an action that is to be undone as a move is. @returns its id */
function recordPriorities(context: StoreContext, at_ms: number, count: number): number {
  const action_id = recordAction(context, 'move', at_ms, count)
  context
    .sql(
      `INSERT INTO action_job (action_id, job_id, priority, position)
       SELECT ?, id, priority, position FROM job WHERE id IN (SELECT id FROM temp.selected)`,
    )
    .run(action_id)
  return action_id
}
