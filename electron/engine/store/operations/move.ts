import { ACTIVE_STATES, WAITING_STATES } from '../../../../shared/job.ts'
import { missingCase } from '../../../../shared/errors.ts'
import { VISIBLE_SQL, WAITING_SQL } from '../job-sql.ts'
import { fillSelected, takeLeased } from '../selected.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf } from '../store-operations.ts'
import type { ActionResult, MoveTarget } from '../store-records.ts'
import { actionResult, recordAction } from './actions.ts'
import type { Place } from './positions.ts'
import { makeRoom, nextAfter, nextBefore } from './positions.ts'

interface Target extends Place {
  readonly group_id: number
}

/**
 * Moves waiting jobs that are not leased, in the order they have among themselves. Beside a job: into its place and its
 * priority; jobs of other groups stay. To the top or bottom: before the first or behind the last ready job of their group.
 */
export function move(context: StoreContext, operation: OperationOf<'move'>): ActionResult {
  const { target, at_ms } = operation
  const changes = context.changes()
  fillSelected(context, operation, [...WAITING_STATES, ...ACTIVE_STATES])
  const active = takeLeased(context)
  const placed = targetsOf(context, target)
  const groups = JSON.stringify(placed.map(({ group_id }) => group_id))
  context
    .sql(
      `DELETE FROM temp.selected WHERE id NOT IN
       (SELECT id FROM job WHERE id IN (SELECT id FROM temp.selected) AND group_id IN (SELECT value FROM json_each(?)))`,
    )
    .run(groups)
  const count = context.number('SELECT count(*) AS moved FROM temp.selected') ?? 0
  if (count === 0) return actionResult(changes, 0, { active })
  const action_id = recordAction(context, 'move', at_ms, count)
  context
    .sql(
      `INSERT INTO action_job (action_id, job_id, priority, position)
       SELECT ?, id, priority, position FROM job WHERE id IN (SELECT id FROM temp.selected)`,
    )
    .run(action_id)
  for (const place of placed) {
    moveTo(context, place, target, action_id)
    changes.stale(place.group_id)
  }
  return actionResult(changes, count, { active, action_id })
}

/** Beside which job each of the groups is moved. */
function targetsOf(context: StoreContext, target: MoveTarget): Target[] {
  switch (target.to) {
    case 'before':
    case 'after':
      return context
        .sql<Target>(
          `SELECT id, group_id, priority, position FROM job WHERE id = ? AND state IN (${WAITING_SQL}) AND ${VISIBLE_SQL}`,
        )
        .all(target.job_id)
    case 'top':
    case 'bottom': {
      const groups = context.column<number>(
        'SELECT DISTINCT group_id FROM job WHERE id IN (SELECT id FROM temp.selected) AND group_id IS NOT NULL',
      )
      return groups.flatMap((group_id) => endOfQueue(context, group_id, target.to) ?? [])
    }
    default:
      return missingCase(target)
  }
}

/** The first or last ready job that is not moved itself; where there is none, the first or last of the moved. */
function endOfQueue(context: StoreContext, group_id: number, end: 'top' | 'bottom'): Target | undefined {
  const order = end === 'top' ? 'priority DESC, position, id' : 'priority, position DESC, id DESC'
  const columns = 'SELECT id, group_id, priority, position FROM job'
  const ready = context.sql<Target>(
    `${columns} INDEXED BY job_ready WHERE state = 'queued' AND group_id = ?
     AND id NOT IN (SELECT id FROM temp.selected) AND ${VISIBLE_SQL} ORDER BY ${order} LIMIT 1`,
  )
  const moved = context.sql<Target>(
    `${columns} WHERE id IN (SELECT id FROM temp.selected) AND group_id = ? ORDER BY ${order} LIMIT 1`,
  )
  return ready.get(group_id) ?? moved.get(group_id)
}

function moveTo(context: StoreContext, place: Target, target: MoveTarget, action_id: number): void {
  const isBefore = target.to === 'top' || target.to === 'before'
  const { group_id, priority } = place
  const count =
    context.number(
      'SELECT count(*) FROM job WHERE id IN (SELECT id FROM temp.selected) AND group_id = ?',
      group_id,
    ) ?? 0
  const before = isBefore ? nextBefore(context, group_id, place) : place
  const after = isBefore ? place : nextAfter(context, group_id, place)
  const { start, step } = makeRoom(context, { group_id, priority, before, after, count })
  context
    .sql(
      `UPDATE job SET priority = @priority, position = @start + @step * ranked.rank, touched_by = @action_id
       FROM (SELECT id AS moved_id, row_number() OVER (ORDER BY priority DESC, position, id) AS rank
             FROM job WHERE id IN (SELECT id FROM temp.selected) AND group_id = @group_id) AS ranked
       WHERE job.id = ranked.moved_id`,
    )
    .run({ priority, start, step, action_id, group_id })
}
