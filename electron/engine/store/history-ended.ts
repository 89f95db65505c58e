import type { Database } from 'better-sqlite3'
import type { JobState } from '../../../shared/job.ts'
import type { OrderedQuery } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import type { Key, KeyPage, Select } from './history-keys.ts'
import { pageOf, readKeys, stateCondition, STEP_ROWS } from './history-keys.ts'
import { VISIBLE_SQL } from './job-sql.ts'
import { filterConditions } from './selection-sql.ts'

const ORDER_SQL = 'ORDER BY ended_ms DESC, id DESC'
const FROM_ENDED_SQL = `FROM job INDEXED BY job_ended WHERE ended_ms IS NOT NULL AND removed_by IS NULL`
const KEYS_SQL = `SELECT id, ended_ms ${FROM_ENDED_SQL}`
/** Written as equal and less apart: of a pair compared as one, SQLite uses the first part only, and a million jobs may have ended at once. */
const FLOOR_SQL = `${KEYS_SQL} AND ended_ms = @behind_ended_ms AND id < @behind_id
  UNION ALL ${KEYS_SQL} AND ended_ms < @behind_ended_ms ${ORDER_SQL} LIMIT 1 OFFSET ${STEP_ROWS}`

/** Some of the jobs that ended, in parts that follow one another, each a run of the index. */
export interface EndedStep {
  /** `FROM job … WHERE …` */
  readonly parts: readonly Select[]
  /** The last key of the step; null: this was the last step. */
  readonly floor: Key | null
}

/** Walks through the jobs that ended in the filter's span of time, the last first, in steps of `STEP_ROWS`. */
export function* endedSteps(
  db: Database,
  filter: JobFilter,
  before?: Key,
): Generator<EndedStep, void, undefined> {
  const end: Key = { id: 0, ended_ms: filter.ended_after_ms ?? Number.MIN_SAFE_INTEGER }
  let behind = before ?? { id: 0, ended_ms: filter.ended_before_ms ?? Number.MAX_SAFE_INTEGER }
  for (;;) {
    const [found] = readKeys(db, FLOOR_SQL, { behind_id: behind.id, behind_ended_ms: behind.ended_ms })
    const floor = found === undefined || found.ended_ms < end.ended_ms ? null : found
    yield { parts: partsBetween(behind, floor ?? end), floor }
    if (floor === null) return
    behind = floor
  }
}

/** From right behind one key to another, that included, newest first. */
function partsBetween(behind: Key, floor: Key): Select[] {
  if (behind.ended_ms < floor.ended_ms) return []
  const atOnce = (at: number, low: number, high: number): Select => ({
    sql: `${FROM_ENDED_SQL} AND ended_ms = @at AND id BETWEEN @low AND @high`,
    parameters: { at, low, high },
  })
  if (behind.ended_ms === floor.ended_ms) return [atOnce(behind.ended_ms, floor.id, behind.id - 1)]
  return [
    atOnce(behind.ended_ms, 0, behind.id - 1),
    {
      sql: `${FROM_ENDED_SQL} AND ended_ms < @to AND ended_ms > @from`,
      parameters: { from: floor.ended_ms, to: behind.ended_ms },
    },
    atOnce(floor.ended_ms, floor.id, Number.MAX_SAFE_INTEGER),
  ]
}

/** A page in the order `ended`; yields how far it got. */
export function* walkEnded(
  db: Database,
  query: OrderedQuery,
  states: readonly JobState[],
): Generator<KeyPage, KeyPage, undefined> {
  const { limit, before, filter } = query
  const { sql, parameters } = filterConditions(filter)
  const rest = `AND ${VISIBLE_SQL} AND ${stateCondition(states)} AND ${sql} ${ORDER_SQL} LIMIT @limit`
  const keys: Key[] = []
  const behind = before === undefined ? undefined : { id: before.id, ended_ms: before.ended_ms ?? 0 }
  for (const { parts, floor } of endedSteps(db, filter, behind)) {
    for (const part of parts) {
      const left = limit - keys.length
      if (left === 0) break
      keys.push(
        ...readKeys(db, `SELECT id, ended_ms ${part.sql} ${rest}`, {
          ...parameters,
          ...part.parameters,
          limit: left,
        }),
      )
    }
    if (keys.length === limit) break
    if (floor !== null) yield { ids: keys.map(({ id }) => id), next: floor }
  }
  return pageOf('ended', keys, keys.length < limit)
}
