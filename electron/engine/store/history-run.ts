/** Pages in the order `run`: what is active, then what waits, in the order in which it is claimed. */
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import type { JobState } from '../../../shared/job.ts'
import { isActive, isWaiting } from '../../../shared/job.ts'
import type { ListCursor, OrderedQuery } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import type { KeyPage, Parameters } from './history-keys.ts'
import { countStates, filterStates, idRange, STEP_ROWS } from './history-keys.ts'
import { parseRow } from './history-rows.ts'
import type { Steps } from './history-steps.ts'
import { JOB_ACTIVE_SQL, sqlList, VISIBLE_SQL } from './job-sql.ts'
import { filterConditions } from './selection-sql.ts'

/** So many jobs that wait for something else than a worker are sorted in one statement; more, in steps over their ids. */
const SORT_ROWS = 20_000
const SORT_STEP_IDS = 50_000
/** With many groups few jobs of each come to a page. */
const MIN_STEP_ROWS = 16

/** A place in the claim order; among active jobs `position` is when they were started. */
interface Place {
  readonly id: number
  readonly priority: number
  readonly position: number
}

const placeSchema = z.object({ id: z.int(), priority: z.int(), position: z.number() })
const steppedSchema = placeSchema.extend({ matches: z.int(), row: z.int() })
const groupSchema = z.object({ group_id: z.int() })

const ORDER_SQL = 'ORDER BY priority DESC, position, id'

interface RunQuery {
  readonly db: Database
  readonly filter: JobFilter
  readonly states: readonly JobState[]
  readonly limit: number
}

/** One page in the order `run`. */
export function* findRunPage(db: Database, query: OrderedQuery): Steps<KeyPage> {
  const { filter, limit, before } = query
  const states = filterStates(filter)
  const run: RunQuery = { db, filter, states, limit }
  const from = before === undefined ? null : placeOf(before)
  const isPastActive = before?.run?.waiting ?? false
  const active = isPastActive ? [] : readActive(run, from)
  const waiting = yield* readWaiting({ ...run, limit: limit - active.length }, isPastActive ? from : null)
  const ids = [...active, ...waiting].map(({ id }) => id)
  const last = waiting.at(-1) ?? active.at(-1)
  if (last === undefined || ids.length < limit) return { ids, next: null }
  const { id, priority, position } = last
  return { ids, next: { id, ended_ms: null, run: { waiting: waiting.length > 0, priority, position } } }
}

function placeOf({ id, run }: ListCursor): Place | null {
  return run == null ? null : { id, priority: run.priority, position: run.position }
}

/** There are never more than workers. */
function readActive({ db, filter, states, limit }: RunQuery, behind: Place | null): Place[] {
  const wanted = states.filter(isActive)
  if (wanted.length === 0) return []
  const { sql, parameters } = filterConditions(filter)
  return readPlaces(
    db,
    `SELECT id, 0 AS priority, coalesce(started_ms, 0) AS position FROM job INDEXED BY job_active
     WHERE ${JOB_ACTIVE_SQL} AND state IN (${sqlList(wanted)}) AND ${VISIBLE_SQL} AND ${sql}
     AND (coalesce(started_ms, 0), id) > (@position, @id) ORDER BY 3, id LIMIT @limit`,
    { ...parameters, id: behind?.id ?? 0, position: behind?.position ?? -1, limit },
  )
}

function* readWaiting(run: RunQuery, behind: Place | null): Steps<readonly Place[]> {
  if (run.limit === 0) return []
  const isSmall = isSmallSubmission(run)
  const others = yield* readUnordered(run, isSmall, behind)
  const groups = run.states.includes('queued') && !isSmall ? groupsWithReady(run) : []
  const first_rows = Math.max(MIN_STEP_ROWS, Math.ceil(run.limit / Math.max(1, groups.length)))
  const streams = groups.map((group_id) => readyOf(run, group_id, behind, first_rows))
  return yield* firstOf([others.values(), ...streams], run.limit)
}

/** Places in order; null: a step was made without one. */
type Stream = Iterator<Place | null, unknown, undefined>

interface Head {
  readonly stream: Stream
  /** Null: the stream is over. */
  place: Place | null
}

/** The first of all streams. */
function* firstOf(streams: readonly Stream[], limit: number): Steps<readonly Place[]> {
  const heads: Head[] = []
  for (const stream of streams) heads.push({ stream, place: yield* nextOf(stream) })
  const places: Place[] = []
  while (places.length < limit) {
    let first: Head | null = null
    for (const head of heads) if (head.place !== null && isBefore(head.place, first?.place)) first = head
    if (first?.place == null) break
    places.push(first.place)
    // What is behind the page is not looked for.
    if (places.length < limit) first.place = yield* nextOf(first.stream)
  }
  return places
}

function* nextOf(stream: Stream): Steps<Place | null> {
  for (;;) {
    const next = stream.next()
    if (next.done === true) return null
    if (next.value !== null) return next.value
    yield
  }
}

function isBefore(a: Place, b: Place | null | undefined): boolean {
  return b == null || compare(a, b) < 0
}

function compare(a: Place, b: Place): number {
  return b.priority - a.priority || a.position - b.position || a.id - b.id
}

function isSmallSubmission({ db, filter }: RunQuery): boolean {
  if (filter.submission_id === undefined) return false
  const { low, high } = idRange(db, filter)
  return high - low < SORT_ROWS
}

/** Jobs that wait, but not for a worker, for no index has them in this order; of a small submission all that wait. */
function* readUnordered(run: RunQuery, isSmall: boolean, behind: Place | null): Steps<readonly Place[]> {
  const { db, filter, states, limit } = run
  const wanted = states.filter((state) => isWaiting(state) && (isSmall || state !== 'queued'))
  if (wanted.length === 0) return []
  const { sql, parameters } = filterConditions(filter)
  const all: Parameters = { ...parameters, ...(behind ?? {}), limit }
  const select = (range: string): string => `SELECT id, priority, position
    FROM job ${isSmall ? 'NOT INDEXED WHERE 1' : `INDEXED BY job_active WHERE ${JOB_ACTIVE_SQL}`}
    AND state IN (${sqlList(wanted)}) ${range} AND ${VISIBLE_SQL} AND ${sql}
    ${behind === null ? '' : 'AND (-priority, position, id) > (-@priority, @position, @id)'}
    ${ORDER_SQL} LIMIT @limit`
  const counts = countStates(db)
  const total = wanted.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0)
  if (isSmall || total <= SORT_ROWS) return readPlaces(db, select(''), all)
  const { low, high } = idRange(db, filter)
  let found: Place[] = []
  for (let from = low; from <= high; from += SORT_STEP_IDS) {
    yield
    const to = Math.min(high, from + SORT_STEP_IDS - 1)
    const more = readPlaces(db, select('AND id BETWEEN @from AND @to'), { ...all, from, to })
    if (more.length > 0) found = [...found, ...more].sort(compare).slice(0, limit)
  }
  return found
}

/** The groups in which jobs are queued, those of submissions that are still coming in included. */
function groupsWithReady({ db, filter }: RunQuery): number[] {
  const rows = db
    .prepare<[{ readonly group: string | null }]>(
      `SELECT DISTINCT group_id FROM (SELECT group_id, state, count FROM counter
         UNION ALL SELECT group_id, state, count FROM open_counter)
       WHERE state = 'queued' AND count > 0
       AND (@group IS NULL OR group_id = (SELECT id FROM job_group WHERE name = @group))`,
    )
    .all({ group: filter.group ?? null })
  return rows.map((row) => parseRow(groupSchema, row, 'counter').group_id)
}

/** One for each way into the index, as in operations/queries.ts: a range over two columns would not be a run of it. */
const WAYS = {
  start: '1',
  within: 'priority = @priority AND (position, id) > (@position, @id)',
  below: 'priority < @priority',
} as const

/**
 * A run of the index: those of its rows that match, and its last, which tells where the next begins.
 * @internal for tests
 */
export function readyStepSql(way: keyof typeof WAYS, conditions: string): string {
  return `SELECT id, priority, position, matches, row FROM (
    SELECT id, priority, position, matches, row_number() OVER () AS row FROM (
      SELECT id, priority, position, (${VISIBLE_SQL} AND ${conditions}) AS matches FROM job INDEXED BY job_ready
      WHERE state = 'queued' AND group_id = @group_id AND ${WAYS[way]} ${ORDER_SQL} LIMIT @rows))
    WHERE matches OR row = @rows ORDER BY row`
}

/** The queued jobs of one group in order, read in growing steps. */
function* readyOf(
  { db, filter }: RunQuery,
  group_id: number,
  behind: Place | null,
  first_rows: number,
): Generator<Place | null, void, undefined> {
  const { sql, parameters } = filterConditions(filter)
  let way: keyof typeof WAYS = behind === null ? 'start' : 'within'
  let last: Place | null = behind
  for (let rows = first_rows; ; rows = Math.min(STEP_ROWS, rows * 4)) {
    const found = db
      .prepare<[Parameters]>(readyStepSql(way, sql))
      .all({ ...parameters, ...(last ?? {}), group_id, rows })
      .map((row) => parseRow(steppedSchema, row, 'job'))
    for (const { id, priority, position, matches } of found) {
      if (matches !== 0) yield { id, priority, position }
    }
    const end = found.at(-1)
    if (end?.row === rows) {
      last = { id: end.id, priority: end.priority, position: end.position }
      way = 'within'
    } else if (way === 'within') {
      way = 'below'
    } else {
      return
    }
    yield null
  }
}

function readPlaces(db: Database, sql: string, parameters: Parameters): Place[] {
  return db
    .prepare<[Parameters]>(sql)
    .all(parameters)
    .map((row) => parseRow(placeSchema, row, 'job'))
}
