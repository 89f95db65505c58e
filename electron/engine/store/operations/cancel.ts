import type { Cause, JobState } from '../../../../shared/job.ts'
import { ACTIVE_STATES, WAITING_STATES } from '../../../../shared/job.ts'
import { isLegal, statesAllowing } from '../../../../shared/job-state.ts'
import type { EndedJob } from '../../../../shared/status.ts'
import type { ChangesBuilder } from '../changes-builder.ts'
import { firstWaitingStateSql, wakeSql, WAITING_SQL } from '../job-sql.ts'
import { countOf, fillSelected, noteChanged, noteStale, takeLeased, tallyJobs } from '../selected.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf } from '../store-operations.ts'
import type { ActionResult } from '../store-records.ts'
import { actionResult, recordAction } from './actions.ts'
import type { Ended } from './dependents.ts'
import { settleDependents } from './dependents.ts'
import { reactivate } from './reactivate.ts'

const CANCELLABLE = statesAllowing('cancel')
const REQUEUEABLE = statesAllowing('requeue')

/** Waiting jobs that are not leased, and interrupted ones, are cancelled; the rest is named as active. */
export function cancel(context: StoreContext, operation: OperationOf<'cancel'>): ActionResult {
  const changes = context.changes()
  const next_after_id = fillSelected(context, operation, [...CANCELLABLE, ...ACTIVE_STATES])
  const active = takeLeased(context)
  const count = countOf(context, 'selected')
  if (count === 0) return actionResult(changes, 0, { active, next_after_id })
  const action_id = recordCancel(context, operation.at_ms)
  const { at_ms, cause = 'user' } = operation
  endSelected(context, changes, 'cancelled', at_ms, { cause, action_id })
  return actionResult(changes, count, { active, action_id, next_after_id })
}

/** Only what was waiting can come back; @returns null where nothing was. */
function recordCancel(context: StoreContext, at_ms: number): number | null {
  const waiting = `SELECT id FROM job WHERE id IN (SELECT id FROM temp.selected) AND state IN (${WAITING_SQL})`
  const count = context.number(`SELECT count(*) FROM (${waiting})`) ?? 0
  if (count === 0) return null
  const action_id = recordAction(context, 'cancel', at_ms, count)
  context.sql(`INSERT INTO action_job (action_id, job_id) SELECT ?, id FROM (${waiting})`).run(action_id)
  return action_id
}

interface EndedRow extends Omit<EndedJob, 'result' | 'ended_ms'> {
  readonly ended_ms: number
}

/** Ends what is selected and settles what depends on it. */
function endSelected(
  context: StoreContext,
  changes: ChangesBuilder,
  state: 'cancelled' | 'failed',
  at_ms: number,
  how: { readonly cause: Cause | null; readonly action_id: number | null },
): void {
  noteStale(context, changes, 'selected')
  tallyJobs(context, 'selected', -1)
  // What a person failed keeps its cause and the time at which it was interrupted.
  const rows = context
    .sql<EndedRow>(
      `UPDATE job SET state = '${state}', wake_ms = NULL, stop_reason = NULL, touched_by = @action_id,
         exit_code = CASE WHEN @cause IS NULL THEN exit_code END, cause = coalesce(@cause, cause, 'user'),
         ended_ms = CASE WHEN @cause IS NULL THEN coalesce(ended_ms, @at_ms) ELSE @at_ms END
       WHERE id IN (SELECT id FROM temp.selected)
       RETURNING id, submission_id, name, state, cause, exit_code, attempts, queued_ms, started_ms, ended_ms`,
    )
    .all({ ...how, at_ms })
  tallyJobs(context, 'selected', 1)
  const ended: Ended[] = []
  for (const row of rows) {
    changes.changed(row.id, state)
    changes.ended({ ...row, result: null })
    if (context.has_needs) ended.push({ id: row.id, state })
  }
  settleDependents(context, changes, ended, at_ms)
}

export function hold(context: StoreContext, operation: OperationOf<'hold'>): ActionResult {
  const changes = context.changes()
  const states = WAITING_STATES.filter((state) => state !== 'held' && isLegal(state, 'hold', 'held'))
  const next_after_id = fillSelected(context, operation, [...states, ...ACTIVE_STATES])
  const active = takeLeased(context)
  noteStale(context, changes, 'selected')
  const count = changeSelected(context, changes, `held = 1, state = 'held', wake_ms = NULL`)
  return actionResult(changes, count, { active, next_after_id })
}

export function release(context: StoreContext, operation: OperationOf<'release'>): ActionResult {
  const changes = context.changes()
  const next_after_id = fillSelected(context, operation, ['held'])
  const facts = { held: '0' }
  const count = changeSelected(
    context,
    changes,
    `held = 0, state = ${firstWaitingStateSql('@now', facts)}, wake_ms = ${wakeSql('@now', facts)}`,
    { now: operation.at_ms },
  )
  noteStale(context, changes, 'selected')
  return actionResult(changes, count, { next_after_id })
}

/** A person decides about interrupted jobs. One that fails keeps the cause and the time of its interruption. */
export function resolveInterrupted(
  context: StoreContext,
  operation: OperationOf<'resolve-interrupted'>,
): ActionResult {
  const { decision, at_ms } = operation
  const changes = context.changes()
  const states: JobState[] = REQUEUEABLE.filter(
    (state) => decision === 'requeue' || isLegal(state, 'fail', 'failed'),
  )
  const next_after_id = fillSelected(context, operation, states)
  if (decision === 'fail') {
    const failed = countOf(context, 'selected')
    if (failed > 0) endSelected(context, changes, 'failed', at_ms, { cause: null, action_id: null })
    return actionResult(changes, failed, { next_after_id })
  }
  if (countOf(context, 'selected') === 0) return actionResult(changes, 0, { next_after_id })
  return actionResult(changes, reactivate(context, changes, at_ms, 'requeue'), { next_after_id })
}

/** One UPDATE for all that is selected, with what must not be forgotten beside it. @returns how many */
function changeSelected(
  context: StoreContext,
  changes: ChangesBuilder,
  assignments: string,
  parameters: Readonly<Record<string, number>> = {},
): number {
  const count = countOf(context, 'selected')
  if (count === 0) return 0
  tallyJobs(context, 'selected', -1)
  context.sql(`UPDATE job SET ${assignments} WHERE id IN (SELECT id FROM temp.selected)`).run(parameters)
  tallyJobs(context, 'selected', 1)
  noteChanged(context, changes, 'selected')
  return count
}
