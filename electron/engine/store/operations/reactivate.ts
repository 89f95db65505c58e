/**
 * Jobs at rest that wait again: restart, requeue of what was interrupted, and undo of a cancel. What was skipped because of them is revived, and what still
 * waits, waits for them again. All in sets: recursive queries in place of a recursion, whatever the shape of the graph.
 */
import { statesAllowing } from '../../../../shared/job-state.ts'
import type { ChangesBuilder } from '../changes-builder.ts'
import { ENDED_SQL, firstWaitingStateSql, sqlList, unmeetableSql, wakeSql } from '../job-sql.ts'
import { countOf, fillSelected, noteChanged, noteStale, tallyJobs } from '../selected.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf } from '../store-operations.ts'
import type { ActionResult } from '../store-records.ts'
import { actionResult } from './actions.ts'

const IN_WORK = '(SELECT id FROM temp.work)'
const IN_SELECTED = '(SELECT id FROM temp.selected)'
const IN_REBLOCKED = '(SELECT id FROM temp.reblocked)'

const ADD_SKIPPED_DEPENDENTS = `
  WITH RECURSIVE revived (id) AS (
    SELECT id FROM temp.selected
    UNION
    SELECT need.job_id FROM revived JOIN need ON need.needs_job_id = revived.id JOIN job ON job.id = need.job_id
    WHERE need.status = 'unmeetable' AND job.state IN (${sqlList(statesAllowing('revive'))}) AND job.removed_by IS NULL
  )
  INSERT OR IGNORE INTO temp.work SELECT id FROM revived`

/** A job of which a need still cannot be met stays as it is, and so does what then cannot be met because of it. */
const DROP_UNMEETABLE = `
  WITH RECURSIVE dead (id) AS (
    SELECT need.job_id FROM temp.work JOIN need ON need.job_id = work.id LEFT JOIN job ON job.id = need.needs_job_id
    WHERE need.needs_job_id NOT IN ${IN_WORK}
      AND CASE WHEN job.id IS NULL THEN need.status = 'unmeetable' ELSE ${unmeetableSql('need.condition', 'job.state')} END
    UNION
    SELECT need.job_id FROM dead JOIN job ON job.id = dead.id JOIN need ON need.needs_job_id = dead.id
    WHERE need.job_id IN ${IN_WORK} AND ${unmeetableSql('need.condition', 'job.state')}
  )
  DELETE FROM temp.work WHERE id IN (SELECT id FROM dead)`

/** The needs of what waits again, by the present state of the needed jobs. One that was deleted has settled its needs. */
const RENEW_NEEDS = `
  UPDATE need SET status = CASE WHEN needs_job_id IN ${IN_WORK} THEN 'open' ELSE coalesce(
    (SELECT CASE WHEN job.state IN (${ENDED_SQL}) THEN 'met' ELSE 'open' END FROM job WHERE job.id = needs_job_id),
    status) END
  WHERE job_id IN ${IN_WORK}`

const FIND_REBLOCKED = `
  INSERT OR IGNORE INTO temp.reblocked
  SELECT need.job_id FROM temp.work JOIN need ON need.needs_job_id = work.id JOIN job ON job.id = need.job_id
  WHERE need.status <> 'open' AND job.state IN (${sqlList(statesAllowing('needs-reopened'))})
    AND job.id NOT IN (SELECT job_id FROM lease)`

const REOPEN_NEEDS = `UPDATE need SET status = 'open' WHERE job_id IN ${IN_REBLOCKED} AND needs_job_id IN ${IN_WORK}`

const NEEDS_OPEN = `(SELECT count(*) FROM need WHERE need.job_id = job.id AND need.status = 'open')`
const COUNT_REBLOCKED_NEEDS = `UPDATE job SET needs_open = ${NEEDS_OPEN} WHERE id IN ${IN_REBLOCKED}`
const STATE_OF_REBLOCKED = `UPDATE job SET state = ${firstWaitingStateSql('@now')}, wake_ms = ${wakeSql('@now')}
  WHERE id IN ${IN_REBLOCKED}`

type Way = 'restart' | 'requeue' | 'undo'

/**
 * A selected job that is restarted begins anew, one that is requeued only need not wait for its retry; one revived beside
 * it, or brought back by an undo, keeps its times.
 */
function wakeUp(way: Way, needs_open: string): string {
  const due = way === 'restart' ? `CASE WHEN id NOT IN ${IN_SELECTED} THEN due_ms END` : 'due_ms'
  const retry = way === 'undo' ? 'retry_at_ms' : `CASE WHEN id NOT IN ${IN_SELECTED} THEN retry_at_ms END`
  const facts = { needs_open, due_ms: due, retry_at_ms: retry }
  const anew =
    way === 'restart'
      ? `, due_ms = ${due}, started_ms = NULL,
       tries = CASE WHEN id NOT IN ${IN_SELECTED} THEN tries ELSE 0 END,
       queued_ms = CASE WHEN id NOT IN ${IN_SELECTED} THEN queued_ms ELSE @now END`
      : ''
  return `UPDATE job SET state = ${firstWaitingStateSql('@now', facts)}, wake_ms = ${wakeSql('@now', facts)},
    needs_open = ${needs_open}, cause = NULL, exit_code = NULL, stop_reason = NULL, ended_ms = NULL, touched_by = NULL,
    retry_at_ms = ${retry} ${anew} WHERE id IN ${IN_WORK}`
}

/**
 * Makes what is in `selected` wait again, unless a need of it still cannot be met.
 * @returns how many of the selected wait again
 */
export function reactivate(context: StoreContext, changes: ChangesBuilder, at_ms: number, way: Way): number {
  context.sql('DELETE FROM temp.work').run()
  context.sql('DELETE FROM temp.reblocked').run()
  if (context.has_needs) {
    context.sql(ADD_SKIPPED_DEPENDENTS).run()
    context.sql(DROP_UNMEETABLE).run()
    context.sql(RENEW_NEEDS).run()
    context.sql(FIND_REBLOCKED).run()
    context.sql(REOPEN_NEEDS).run()
  } else {
    context.sql('INSERT INTO temp.work SELECT id FROM temp.selected').run()
  }
  tallyJobs(context, 'work', -1)
  context.sql(wakeUp(way, context.has_needs ? NEEDS_OPEN : 'needs_open')).run({ now: at_ms })
  tallyJobs(context, 'work', 1)
  noteChanged(context, changes, 'work')
  noteStale(context, changes, 'work')
  reblock(context, changes, at_ms)
  return context.number(`SELECT count(*) FROM temp.work WHERE id IN ${IN_SELECTED}`) ?? 0
}

function reblock(context: StoreContext, changes: ChangesBuilder, at_ms: number): void {
  if (countOf(context, 'reblocked') === 0) return
  context.sql(COUNT_REBLOCKED_NEEDS).run()
  // These wait for something that comes first anyway; their state does not change.
  context
    .sql(`DELETE FROM temp.reblocked WHERE id IN (SELECT id FROM job WHERE state IN ('held', 'blocked'))`)
    .run()
  noteStale(context, changes, 'reblocked')
  tallyJobs(context, 'reblocked', -1)
  context.sql(STATE_OF_REBLOCKED).run({ now: at_ms })
  tallyJobs(context, 'reblocked', 1)
  noteChanged(context, changes, 'reblocked')
}

export function restart(context: StoreContext, operation: OperationOf<'restart'>): ActionResult {
  const changes = context.changes()
  const next_after_id = fillSelected(context, operation, statesAllowing('restart'))
  if (countOf(context, 'selected') === 0) return actionResult(changes, 0, { next_after_id })
  return actionResult(changes, reactivate(context, changes, operation.at_ms, 'restart'), { next_after_id })
}
