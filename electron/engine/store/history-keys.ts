/** What the ways to a page of jobs have in common: steps over keys, so that a query can be cancelled and rows stay on disk. */
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import type { JobState } from '../../../shared/job.ts'
import { ENDED_STATES, JOB_STATES, RESTING_STATES } from '../../../shared/job.ts'
import type { ListCursor, ListOrder } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import { counterRowSchema, parseRow } from './history-rows.ts'
import { sqlList } from './job-sql.ts'
import { filterSelect } from './selection-sql.ts'

/** Rows looked at in one statement: some ten milliseconds, so that a cancelled query soon ends. */
export const STEP_ROWS = 20_000
/** So few matches are read through the index that leads to them, and sorted. */
const GATHER_ROWS = 20_000
const AT_REST: readonly JobState[] = [...ENDED_STATES, ...RESTING_STATES]

export interface Key {
  readonly id: number
  readonly ended_ms: number
}

export interface KeyPage {
  readonly ids: readonly number[]
  /** Null: nothing is behind this page. */
  readonly next: ListCursor | null
}

export type Parameters = Record<string, string | number>

export interface Select {
  readonly sql: string
  readonly parameters: Parameters
}

const keySchema = z.object({ id: z.int(), ended_ms: z.int().nullable() })
const rangeSchema = z.object({ low: z.int().nullable(), high: z.int().nullable() })
const countSchema = z.object({ count: z.int() })

export function readKeys(db: Database, sql: string, parameters: Parameters): Key[] {
  const rows = db.prepare<[Parameters]>(sql).all(parameters)
  return rows.map((row) => {
    const { id, ended_ms } = parseRow(keySchema, row, 'job')
    return { id, ended_ms: ended_ms ?? 0 }
  })
}

/** What `sql` counts, as its column `count`. */
export function readCount(db: Database, sql: string, parameters: Parameters = {}): number {
  return parseRow(countSchema, db.prepare<[Parameters]>(sql).get(parameters), 'job').count
}

/** A page that ends with the last of `keys`. */
export function pageOf(order: ListOrder, keys: readonly Key[], isLast: boolean): KeyPage {
  const last = keys.at(-1)
  const next =
    last === undefined || isLast ? null : { id: last.id, ended_ms: order === 'ended' ? last.ended_ms : null }
  return { ids: keys.map(({ id }) => id), next }
}

/** The states in which jobs can match. */
export function filterStates(filter: JobFilter): JobState[] {
  const wanted = filter.states ?? JOB_STATES
  const onlyAtRest = isOfTime(filter) || filter.exit_code !== undefined || filter.cause !== undefined
  return JOB_STATES.filter((state) => wanted.includes(state) && (!onlyAtRest || isAtRest(state)))
}

/** Ended or interrupted. */
export function isAtRest(state: JobState): boolean {
  return AT_REST.includes(state)
}

/** A part of the filter is when jobs ended. */
export function isOfTime({ ended_before_ms, ended_after_ms }: JobFilter): boolean {
  return ended_before_ms !== undefined || ended_after_ms !== undefined
}

export function stateCondition(states: readonly JobState[]): string {
  return states.length === JOB_STATES.length ? '1' : `state IN (${sqlList(states)})`
}

/** The query for the ids of all that match, where that is cheap; else null. */
export function gatherSelect(db: Database, filter: JobFilter, states: readonly JobState[]): Select | null {
  if (filter.submission_id !== undefined) {
    const { low, high } = idRange(db, filter)
    return high - low < GATHER_ROWS ? filterSelect(filter, states) : null
  }
  const { ended_before_ms = Number.MAX_SAFE_INTEGER } = filter
  if (states.every(isAtRest) && hasFewEnded(db, filter)) {
    // This part of the filter makes it the index on ended jobs.
    return filterSelect({ ...filter, ended_before_ms }, states)
  }
  const counts = countStates(db)
  const total = states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0)
  return states.includes('succeeded') || total > GATHER_ROWS ? null : filterSelect(filter, states)
}

function hasFewEnded(db: Database, filter: JobFilter): boolean {
  const { ended_after_ms = Number.MIN_SAFE_INTEGER, ended_before_ms = Number.MAX_SAFE_INTEGER } = filter
  const count = readCount(
    db,
    `SELECT count(*) AS count FROM (SELECT 1 FROM job INDEXED BY job_ended WHERE ended_ms IS NOT NULL
       AND removed_by IS NULL AND ended_ms >= @ended_after_ms AND ended_ms < @ended_before_ms LIMIT ${GATHER_ROWS + 1})`,
    { ended_after_ms, ended_before_ms },
  )
  return count <= GATHER_ROWS
}

/** How many stand in each state. Those of submissions that are still coming in count, too: they stand in the indexes. */
export function countStates(db: Database): ReadonlyMap<JobState, number> {
  const rows = db
    .prepare(
      `SELECT 0 AS group_id, state, sum(count) AS count FROM
       (SELECT state, count FROM counter UNION ALL SELECT state, count FROM open_counter) GROUP BY state`,
    )
    .all()
  return new Map(
    rows.map((row) => parseRow(counterRowSchema, row, 'counter')).map(({ state, count }) => [state, count]),
  )
}

/** Between which ids the jobs of the filter lie; `low` over `high` where there are none. */
export function idRange(
  db: Database,
  { submission_id }: JobFilter,
): { readonly low: number; readonly high: number } {
  const row: unknown =
    submission_id === undefined
      ? db.prepare('SELECT (SELECT min(id) FROM job) AS low, (SELECT max(id) FROM job) AS high').get()
      : db
          .prepare('SELECT first_job_id AS low, last_job_id AS high FROM submission WHERE id = ?')
          .get(submission_id)
  const range = row === undefined ? null : parseRow(rangeSchema, row, 'submission')
  return { low: range?.low ?? 1, high: range?.high ?? 0 }
}
