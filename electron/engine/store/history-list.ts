import type { Database } from 'better-sqlite3'
import type { JobState } from '../../../shared/job.ts'
import type { ListOrder, OrderedQuery } from '../../../shared/listing.ts'
import { walkEnded } from './history-ended.ts'
import type { Key, KeyPage, Parameters, Select } from './history-keys.ts'
import {
  filterStates,
  gatherSelect,
  idRange,
  isAtRest,
  pageOf,
  readKeys,
  stateCondition,
  STEP_ROWS,
} from './history-keys.ts'
import { findRunPage } from './history-run.ts'
import { VISIBLE_SQL } from './job-sql.ts'
import { filterConditions } from './selection-sql.ts'

type StoredOrder = Exclude<ListOrder, 'run'>

/**
 * The ids of one page. Two ways, because no one index serves all: where few jobs can match, they are gathered through the
 * index on their state and sorted; else the jobs are walked through in their order, in steps, until the page is full. So a
 * page costs at most one look at every job, and mostly far less. The order `run` has a way of its own.
 *
 * Yields after each step what was found up to there, and where to go on: a page that may be had in place of the whole. In
 * the order `run`, whose jobs are found out of order, it is empty, and `next` is null.
 * @param query its limit may be over that of the API
 */
export function* pageSteps(db: Database, query: OrderedQuery): Generator<KeyPage, KeyPage, undefined> {
  const { order, limit, filter } = query
  if (limit <= 0) return NOTHING
  if (order === 'run') {
    const steps = findRunPage(db, query)
    for (;;) {
      const step = steps.next()
      if (step.done === true) return step.value
      yield NOTHING
    }
  }
  const states = filterStates(filter).filter((state) => order !== 'ended' || isAtRest(state))
  if (states.length === 0) return NOTHING
  const gathered = gatherSelect(db, filter, states)
  if (gathered !== null) return gather(db, query, order, gathered)
  return yield* order === 'ended' ? walkEnded(db, query, states) : walkIds(db, query, order, states)
}

/** `pageSteps` at once. @param isCancelled asked between steps; then the page ends early */
export function findPage(db: Database, query: OrderedQuery, isCancelled: () => boolean): KeyPage {
  const steps = pageSteps(db, query)
  for (;;) {
    const step = steps.next()
    if (step.done === true || isCancelled()) return step.value
  }
}

const NOTHING: KeyPage = { ids: [], next: null }

const ORDER_SQL: Readonly<Record<StoredOrder, string>> = {
  newest: 'ORDER BY id DESC',
  oldest: 'ORDER BY id',
  ended: 'ORDER BY ended_ms DESC, id DESC',
}

const BEHIND_SQL: Readonly<Record<StoredOrder, string>> = {
  newest: 'id < @behind_id',
  oldest: 'id > @behind_id',
  ended: '(ended_ms, id) < (@behind_ended_ms, @behind_id)',
}

function gather(db: Database, query: OrderedQuery, order: StoredOrder, select: Select): KeyPage {
  const { limit, before } = query
  const sql = `SELECT id, ended_ms FROM job WHERE id IN (${select.sql})
    ${before === undefined ? '' : `AND ${BEHIND_SQL[order]}`} ${ORDER_SQL[order]} LIMIT @limit`
  const parameters: Parameters = { ...select.parameters, limit }
  if (before !== undefined) parameters['behind_id'] = before.id
  if (before !== undefined && order === 'ended') parameters['behind_ended_ms'] = before.ended_ms ?? 0
  const keys = readKeys(db, sql, parameters)
  return pageOf(order, keys, keys.length < limit)
}

function* walkIds(
  db: Database,
  query: OrderedQuery,
  order: StoredOrder,
  states: readonly JobState[],
): Generator<KeyPage, KeyPage, undefined> {
  const { limit, before, filter } = query
  const isDown = order === 'newest'
  const range = idRange(db, filter)
  let low = isDown || before === undefined ? range.low : Math.max(range.low, before.id + 1)
  let high = isDown && before !== undefined ? Math.min(range.high, before.id - 1) : range.high
  const { sql, parameters } = filterConditions(filter)
  const step = `SELECT id, ended_ms FROM job NOT INDEXED WHERE id BETWEEN @low AND @high AND ${VISIBLE_SQL}
    AND ${stateCondition(states)} AND ${sql} ${ORDER_SQL[order]} LIMIT @limit`
  const keys: Key[] = []
  while (low <= high && keys.length < limit) {
    const from = isDown ? Math.max(low, high - STEP_ROWS + 1) : low
    const to = isDown ? high : Math.min(high, low + STEP_ROWS - 1)
    keys.push(...readKeys(db, step, { ...parameters, low: from, high: to, limit: limit - keys.length }))
    if (isDown) high = from - 1
    else low = to + 1
    if (low <= high && keys.length < limit) {
      yield { ids: keys.map(({ id }) => id), next: { id: isDown ? high + 1 : low - 1, ended_ms: null } }
    }
  }
  return pageOf(order, keys, keys.length < limit)
}
