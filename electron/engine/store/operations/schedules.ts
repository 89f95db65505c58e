import { ACTIVE_STATES, RESTING_STATES, WAITING_STATES } from '../../../../shared/job.ts'
import type { JobState } from '../../../../shared/job.ts'
import { DEFAULT_GROUP } from '../../../../shared/job-spec.ts'
import type { ScheduleStatus } from '../../../../shared/status.ts'
import { sqlList } from '../job-sql.ts'
import { parseSpecText } from '../spec-text.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf, ResultOf } from '../store-operations.ts'
import type { AnswerOf, QueryOf } from '../store-queries.ts'
import type { Firing, JobInsert } from '../store-records.ts'
import { keepIds } from './next-ids.ts'
import { submit } from './submit.ts'

/** What is not in a submission that is still coming in. */
const COMPLETE = `submission_id NOT IN (SELECT id FROM submission WHERE state = 'open')`
const IS_DUE = `SELECT 1 FROM schedule WHERE id = ? AND next_ms = ? AND ${COMPLETE}`
const UNFINISHED = `SELECT max(id) FROM job INDEXED BY job_schedule WHERE schedule_id = ?
  AND state IN (${sqlList([...WAITING_STATES, ...ACTIVE_STATES, ...RESTING_STATES])})`
const FIRED = `UPDATE schedule SET next_ms = @next_ms, computed_ms = @at_ms, last_ms = coalesce(@last_ms, last_ms),
  last_job_id = coalesce(@last_job_id, last_job_id), skipped = skipped + @skipped WHERE id = @schedule_id`

export function fireSchedule(
  context: StoreContext,
  operation: OperationOf<'fire-schedule'>,
): ResultOf<'fire-schedule'> {
  const { schedule_id, expected_next_ms, next_ms, at_ms, fires, passed } = operation
  const changes = context.changes()
  if (context.number(IS_DUE, schedule_id, expected_next_ms) === null)
    return { ...changes.build(), queued: [] }
  const queued: Firing[] = []
  for (const firing of fires) {
    const job = heldBack(context, operation, firing.job)
    if (job === null) continue
    const { submission_id } = firing
    const result = submit(context, {
      ...{ type: 'submit', submission_id, label: operation.label },
      ...{ whole: true, at_ms, jobs: [job] },
    })
    if (result.duplicates.length > 0) continue
    queued.push(firing)
    const state = context.text('SELECT state FROM job WHERE id = ?', job.id)
    changes.changed(job.id, asState(state))
    changes.stale(job.group_id)
  }
  const last = queued.at(-1)
  context.sql(FIRED).run({
    ...{ schedule_id, next_ms, at_ms },
    last_ms: last?.time_ms ?? null,
    last_job_id: last?.job.id ?? null,
    skipped: passed + fires.length - queued.length,
  })
  return { ...changes.build(), queued: queued.map(({ submission_id }) => submission_id) }
}

/** The job as its overlap lets it in; null: not at all. Interrupted jobs have not ended. */
function heldBack(
  context: StoreContext,
  { schedule_id, overlap }: OperationOf<'fire-schedule'>,
  job: JobInsert,
): JobInsert | null {
  const before = overlap === 'all' ? null : context.number(UNFINISHED, schedule_id)
  if (before === null) return job
  return overlap === 'skip' ? null : { ...job, needs: [{ on: before, condition: 'always' }] }
}

function asState(text: string | null): JobState {
  return WAITING_STATES.find((state) => state === text) ?? 'queued'
}

export function removeSchedules(
  context: StoreContext,
  { ids }: OperationOf<'remove-schedules'>,
): ResultOf<'remove-schedules'> {
  let count = 0
  for (const id of ids) {
    const removed = context.sql(`DELETE FROM schedule WHERE id = ? AND ${COMPLETE}`).run(id).changes
    if (removed > 0) keepIds(context, 'next_job_id', id)
    count += removed
  }
  return { count }
}

export function readDueSchedules(
  context: StoreContext,
  { now_ms, computed_before_ms, limit }: QueryOf<'due-schedules'>,
): AnswerOf<'due-schedules'> {
  return context
    .sql<AnswerOf<'due-schedules'>[number]>(
      `SELECT id, spec AS spec_json, next_ms, computed_ms FROM schedule
       WHERE next_ms IS NOT NULL AND (next_ms <= ? OR computed_ms > ?) AND ${COMPLETE} ORDER BY next_ms, id LIMIT ?`,
    )
    .all(now_ms, computed_before_ms, limit)
}

export function readNextSchedule(context: StoreContext): number | null {
  return context.number(`SELECT min(next_ms) FROM schedule WHERE next_ms IS NOT NULL AND ${COMPLETE}`)
}

interface ScheduleRow extends Omit<ScheduleStatus, 'schedule' | 'group' | 'task'> {
  readonly spec: string
}

/** @throws JobyardError DATA_CORRUPT where the spec of one is damaged */
export function readSchedules(context: StoreContext): ScheduleStatus[] {
  const rows = context
    .sql<ScheduleRow>(
      `SELECT id, name, spec, created_ms, next_ms, last_ms, last_job_id, skipped FROM schedule
       WHERE ${COMPLETE} ORDER BY next_ms IS NULL, next_ms, id`,
    )
    .all()
  return rows.flatMap(({ spec: text, ...row }) => {
    const { schedule, group = DEFAULT_GROUP, task } = parseSpecText(text)
    return schedule === undefined ? [] : [{ ...row, schedule, group, task }]
  })
}
