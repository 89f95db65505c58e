/**
 * Set operations put what they work on into the temporary table `selected` and then do one statement for all of it, so
 * that a million rows neither travel nor become objects.
 */
import type { JobState } from '../../../shared/job.ts'
import type { Selection } from '../../../shared/selection.ts'
import type { ChangesBuilder } from './changes-builder.ts'
import { sqlList, VISIBLE_SQL } from './job-sql.ts'
import { filterSelect } from './selection-sql.ts'
import type { StoreContext } from './store-context.ts'
import type { Selected, SelectionStep } from './store-records.ts'

/** A temporary table of job ids. */
export type JobTable = 'selected' | 'work' | 'reblocked'

/**
 * Fills `selected` with the visible jobs of the selection that are in one of these states, or with the next step of them.
 * @returns behind which id the next step begins; null: there is none
 */
export function fillSelected(
  context: StoreContext,
  wanted: Selected,
  states: readonly JobState[],
): number | null {
  const { selection, step } = wanted
  if (step === undefined) {
    insertSelected(context, selection, states, { after_id: 0, limit: -1 }, false)
    return null
  }
  // What fits into the step is found by the best index, in any order.
  insertSelected(context, selection, states, { after_id: step.after_id, limit: step.limit + 1 }, false)
  if (countOf(context, 'selected') <= step.limit) return null
  // Else the table is walked along its ids: once, over all the steps.
  insertSelected(context, selection, states, step, true)
  return context.number('SELECT max(id) FROM temp.selected')
}

function insertSelected(
  context: StoreContext,
  selection: Selection,
  states: readonly JobState[],
  step: SelectionStep,
  inOrder: boolean,
): void {
  context.sql('DELETE FROM temp.selected').run()
  const { after_id, limit } = step
  if ('ids' in selection) {
    context
      .sql(
        `INSERT INTO temp.selected SELECT id FROM job WHERE id IN (SELECT value FROM json_each(?)) AND id > ?
           AND state IN (${sqlList(states)}) AND ${VISIBLE_SQL} ORDER BY id LIMIT ?`,
      )
      .run(JSON.stringify(selection.ids), after_id, limit)
    return
  }
  const { sql, parameters } = filterSelect(selection.filter, states, { where: 'id > @after_id', inOrder })
  context.db.prepare(`INSERT INTO temp.selected ${sql} LIMIT @limit`).run({ ...parameters, after_id, limit })
}

/** Takes out of `selected` what is leased (which is all that is active, too): the engine has to deal with it. */
export function takeLeased(context: StoreContext): number[] {
  return context.column<number>(
    'DELETE FROM temp.selected WHERE id IN (SELECT job_id FROM lease) RETURNING id',
  )
}

export function countOf(context: StoreContext, table: JobTable): number {
  return context.number(`SELECT count(*) FROM temp.${table}`) ?? 0
}

interface Group {
  readonly group_id: number
  readonly submission_id: number
  readonly state: JobState
  readonly count: number
}

/** Counts the jobs of a table in (+1) or out of (-1) the counters as they stand now. */
export function tallyJobs(context: StoreContext, table: JobTable, sign: 1 | -1): void {
  // Only open submissions are counted one by one.
  const submission = context.open_submissions.size > 0 ? 'submission_id' : '0'
  const groups = context
    .sql<Group>(
      `SELECT group_id, ${submission} AS submission_id, state, count(*) AS count
       FROM job WHERE id IN (SELECT id FROM temp.${table}) GROUP BY 1, 2, 3`,
    )
    .all()
  for (const { group_id, submission_id, state, count } of groups) {
    context.tally.add(submission_id, group_id, state, sign * count)
  }
}

/** Notes the groups in which jobs of the table are ready. */
export function noteStale(context: StoreContext, changes: ChangesBuilder, table: JobTable): void {
  const groups = context.column<number>(
    `SELECT DISTINCT group_id FROM job WHERE id IN (SELECT id FROM temp.${table}) AND state = 'queued'`,
  )
  for (const group_id of groups) changes.stale(group_id)
}

interface Changed {
  readonly id: number
  readonly submission_id: number
  readonly state: JobState
}

/** Notes the states of the jobs of the table as changed. */
export function noteChanged(context: StoreContext, changes: ChangesBuilder, table: JobTable): void {
  const rows = context
    .sql<Changed>(
      `SELECT id, submission_id, state FROM job WHERE id IN (SELECT id FROM temp.${table}) ORDER BY id`,
    )
    .iterate()
  for (const { id, submission_id, state } of rows) {
    if (!changes.isHidden(submission_id)) changes.changed(id, state)
  }
}
