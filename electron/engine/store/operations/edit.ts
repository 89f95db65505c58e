import { ACTIVE_STATES } from '../../../../shared/job.ts'
import { SPEC_DEFAULTS } from '../../../../shared/job-spec.ts'
import { statesAllowing } from '../../../../shared/job-state.ts'
import { countOf, fillSelected, noteStale, takeLeased, tallyJobs } from '../selected.ts'
import { writeSpecText } from '../spec-text.ts'
import type { StoreContext } from '../store-context.ts'
import type { ActionResult, OperationOf } from '../store.ts'
import { actionResult } from './actions.ts'

const EDITABLE = statesAllowing('edit')

/** Replaces parts of waiting jobs. Their state does not follow from what can be edited, so it stays. */
export function edit(context: StoreContext, operation: OperationOf<'edit'>): ActionResult {
  const { edit: change } = operation
  const changes = context.changes()
  const next_after_id = fillSelected(context, operation, [...EDITABLE, ...ACTIVE_STATES])
  const active = takeLeased(context)
  const count = countOf(context, 'selected')
  if (count === 0) return actionResult(changes, 0, { active, next_after_id })
  const { spec } = change
  // The group that loses jobs, and the one that gets them.
  noteStale(context, changes, 'selected')
  tallyJobs(context, 'selected', -1)
  const isMoved = change.group_id !== undefined || change.priority !== undefined
  context
    .sql(
      `UPDATE job SET group_id = coalesce(@group_id, group_id), priority = coalesce(@priority, priority),
         name = coalesce(@name, name), kind = coalesce(@kind, kind), slots = coalesce(@slots, slots),
         touched_by = CASE WHEN @moved THEN NULL ELSE touched_by END
       WHERE id IN (SELECT id FROM temp.selected)`,
    )
    .run({
      group_id: change.group_id ?? null,
      priority: change.priority ?? null,
      name: spec?.name ?? null,
      kind: spec?.task.kind ?? null,
      slots: spec === undefined ? null : (spec.slots ?? SPEC_DEFAULTS.slots),
      moved: isMoved ? 1 : 0,
    })
  tallyJobs(context, 'selected', 1)
  noteStale(context, changes, 'selected')
  if (spec !== undefined) {
    context
      .sql('UPDATE job_spec SET spec = ? WHERE job_id IN (SELECT id FROM temp.selected)')
      .run(writeSpecText(spec))
  }
  return actionResult(changes, count, { active, next_after_id })
}
