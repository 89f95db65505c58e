import type { Database } from 'better-sqlite3'
import type { JobState } from '../../../shared/job.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import { endedSteps } from './history-ended.ts'
import type { Parameters } from './history-keys.ts'
import {
  filterStates,
  gatherSelect,
  idRange,
  isOfTime,
  readCount,
  stateCondition,
  STEP_ROWS,
} from './history-keys.ts'
import type { JobCount } from './history-protocol.ts'
import type { Steps } from './history-steps.ts'
import { sqlList, VISIBLE_SQL } from './job-sql.ts'
import { filterConditions } from './selection-sql.ts'

/** Two million rows: about a second. */
const MAX_STEPS = 100

/** How many jobs match a filter. Looks at a bounded number of jobs, the newest: `more` says that there may be others. */
export function* countMatches(db: Database, filter: JobFilter): Steps<JobCount> {
  const states = filterStates(filter)
  if (states.length === 0) return { count: 0, more: false }
  if (isCounted(filter)) return { count: readCounters(db, states, filter.group), more: false }
  const gathered = gatherSelect(db, filter, states)
  if (gathered !== null) {
    const count = readCount(db, `SELECT count(*) AS count FROM (${gathered.sql})`, gathered.parameters)
    return { count, more: false }
  }
  return yield* isOfTime(filter) ? countEnded(db, filter, states) : countByIds(db, filter, states)
}

/** States and group alone: the counters tell. */
function isCounted({ states: _states, group: _group, ...others }: JobFilter): boolean {
  return Object.values(others).every((part) => part === undefined || part === '')
}

function readCounters(db: Database, states: readonly JobState[], group: string | undefined): number {
  const ofGroup = group === undefined ? '1' : 'group_id = (SELECT id FROM job_group WHERE name = @group)'
  const sql = `SELECT coalesce(sum(count), 0) AS count FROM counter WHERE state IN (${sqlList(states)}) AND ${ofGroup}`
  return readCount(db, sql, group === undefined ? {} : { group })
}

function conditionsOf(
  filter: JobFilter,
  states: readonly JobState[],
): { readonly sql: string; readonly parameters: Parameters } {
  const { sql, parameters } = filterConditions(filter)
  return { sql: `${VISIBLE_SQL} AND ${stateCondition(states)} AND ${sql}`, parameters }
}

function* countEnded(db: Database, filter: JobFilter, states: readonly JobState[]): Steps<JobCount> {
  const { sql, parameters } = conditionsOf(filter, states)
  let count = 0
  let steps = 0
  for (const { parts, floor } of endedSteps(db, filter)) {
    for (const part of parts) {
      const select = `SELECT count(*) AS count ${part.sql} AND ${sql}`
      count += readCount(db, select, { ...parameters, ...part.parameters })
    }
    steps += 1
    if (floor !== null && steps === MAX_STEPS) return { count, more: true }
    yield
  }
  return { count, more: false }
}

function* countByIds(db: Database, filter: JobFilter, states: readonly JobState[]): Steps<JobCount> {
  const { sql, parameters } = conditionsOf(filter, states)
  const range = idRange(db, filter)
  const select = `SELECT count(*) AS count FROM job NOT INDEXED WHERE id BETWEEN @low AND @high AND ${sql}`
  let count = 0
  let high = range.high
  for (let step = 0; step < MAX_STEPS && high >= range.low; step += 1) {
    const low = Math.max(range.low, high - STEP_ROWS + 1)
    count += readCount(db, select, { ...parameters, low, high })
    high = low - 1
    yield
  }
  return { count, more: high >= range.low }
}
