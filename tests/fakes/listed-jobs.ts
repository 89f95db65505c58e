/** Jobs that take every way through a list, in a database and as they are. */
import type Database from 'better-sqlite3'
import type { Cause, JobState } from '../../shared/job.ts'
import { isActive, isWaiting, JOB_STATES } from '../../shared/job.ts'
import type { ListOrder } from '../../shared/listing.ts'
import type { JobFilter } from '../../shared/selection.ts'

/** More than fit into two steps of a walk, so that every way through is taken. */
export const ROWS = 60_000
const AT_REST: readonly JobState[] = ['succeeded', 'failed', 'cancelled', 'skipped', 'interrupted']

export interface Row {
  readonly id: number
  readonly submission_id: number
  readonly group_id: number
  readonly name: string
  readonly state: JobState
  readonly priority: number
  readonly position: number
  readonly started_ms: number | null
  readonly ended_ms: number | null
  readonly exit_code: number | null
  readonly cause: Cause | null
  readonly removed_by: number | null
}

/** Mostly successes, first ids first; many that ended at once; a rare state of each kind; holes in the ids. */
function rowOf(index: number): Row {
  const id = index + 1 + Math.floor(index / 25_000) * 30_000
  const rare = JOB_STATES[index % JOB_STATES.length] ?? 'queued'
  const usual = index < ROWS * 0.85 ? 'succeeded' : 'queued'
  const state = index % 1_000 < JOB_STATES.length ? rare : usual
  const at = index % 10 !== 0 ? 5_000_000 : 1_000_000 + ((index * 7_919) % 100_000)
  return {
    id,
    submission_id: index < 50_000 ? 1 : index < 59_000 ? 2 : 3,
    group_id: index % 50 === 0 ? 2 : 1,
    name: `Job ${index % 2_500 === 17 ? 'Rare_100%' : 'usual'} ${index}`,
    state,
    priority: index % 97 === 0 ? 5 : index % 89 === 0 ? -1 : 0,
    position: index % 101 === 0 ? 7.5 : id,
    started_ms: isActive(state) ? 1_000 + (index % 3) : null,
    ended_ms: AT_REST.includes(state) ? at : null,
    exit_code: AT_REST.includes(state) ? index % 4 : null,
    cause: AT_REST.includes(state) ? (index % 700 === 3 ? 'timeout' : 'exit') : null,
    removed_by: AT_REST.includes(state) && index % 31 === 0 ? 1 : null,
  }
}

const rows = Array.from({ length: ROWS }, (_none, index) => rowOf(index))
/** Submission 3 is still coming in. */
const visible = rows.filter((row) => row.removed_by === null && row.submission_id !== 3)
/** Fills an empty database, and closes it. */
export function fill(writer: Database.Database): void {
  const add = writer.prepare(
    `INSERT INTO job (id, submission_id, group_id, name, kind, state, priority, position, slots, held, needs_open, queued_ms,
       cause, exit_code, started_ms, ended_ms, removed_by)
     VALUES (@id, @submission_id, @group_id, @name, 'command', @state, @priority, @position, 1, 0, 0, 0, @cause, @exit_code,
       @started_ms, @ended_ms, @removed_by)`,
  )
  writer.transaction(() => {
    writer.exec(`INSERT INTO job_group (id, name) VALUES (2, 'other');
      INSERT INTO submission (id, label, created_ms, state) VALUES (1, '', 0, 'complete'), (2, '', 0, 'complete'), (3, '', 0, 'open')`)
    for (const row of rows) add.run(row)
    writer.exec(`UPDATE submission SET first_job_id = (SELECT min(id) FROM job WHERE submission_id = submission.id),
        last_job_id = (SELECT max(id) FROM job WHERE submission_id = submission.id);
      INSERT INTO counter SELECT group_id, state, count(*) FROM job
        WHERE removed_by IS NULL AND submission_id <> 3 GROUP BY 1, 2;
      INSERT INTO open_counter SELECT 3, group_id, state, count(*) FROM job WHERE submission_id = 3 GROUP BY 2, 3`)
  })()
  writer.close()
}

/** With the order that limits what is in the list. */
export interface Filter extends JobFilter {
  readonly order: ListOrder
}

function matches(row: Row, filter: Filter): boolean {
  const { order, states, name, group, submission_id } = filter
  const { ended_before_ms = Infinity, ended_after_ms = -Infinity, exit_code, cause } = filter
  const isOfTime = filter.ended_before_ms !== undefined || filter.ended_after_ms !== undefined
  return (
    (states?.includes(row.state) ?? true) &&
    (name === undefined || row.name.toLowerCase().includes(name.toLowerCase())) &&
    (group === undefined || row.group_id === (group === 'other' ? 2 : group === 'default' ? 1 : 0)) &&
    (submission_id === undefined || row.submission_id === submission_id) &&
    (!isOfTime ||
      (row.ended_ms !== null && row.ended_ms < ended_before_ms && row.ended_ms >= ended_after_ms)) &&
    (exit_code === undefined || row.exit_code === exit_code) &&
    (cause === undefined || row.cause === cause) &&
    (order !== 'ended' || row.ended_ms !== null) &&
    (order !== 'run' || isActive(row.state) || isWaiting(row.state))
  )
}

/** The jobs that match, by id. */
export function matching(filter: Filter): Row[] {
  return visible.filter((row) => matches(row, filter))
}

const IN_ORDER: Readonly<Record<ListOrder, (a: Row, b: Row) => number>> = {
  newest: (a, b) => b.id - a.id,
  oldest: (a, b) => a.id - b.id,
  ended: (a, b) => (b.ended_ms ?? 0) - (a.ended_ms ?? 0) || b.id - a.id,
  run: (a, b) =>
    Number(isActive(b.state)) - Number(isActive(a.state)) ||
    (isActive(a.state)
      ? (a.started_ms ?? 0) - (b.started_ms ?? 0)
      : b.priority - a.priority || a.position - b.position) ||
    a.id - b.id,
}

/** What the pages have to hold, found the slow way. */
export function expected(filter: Filter): number[] {
  return matching(filter)
    .sort(IN_ORDER[filter.order])
    .map(({ id }) => id)
}
