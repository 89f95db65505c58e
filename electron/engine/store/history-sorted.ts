import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { JobyardError } from '../../../shared/errors.ts'
import type { JobState } from '../../../shared/job.ts'
import type { JobListQuery, ListCursor, OrderedQuery } from '../../../shared/listing.ts'
import { MAX_SORTED_JOBS } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import type { KeyPage, Parameters } from './history-keys.ts'
import { filterStates, gatherSelect, idRange, stateCondition, STEP_ROWS } from './history-keys.ts'
import { pageSteps } from './history-list.ts'
import { parseRow } from './history-rows.ts'
import type { Steps } from './history-steps.ts'
import { VISIBLE_SQL } from './job-sql.ts'
import { filterConditions } from './selection-sql.ts'
import type { SortKey, SortPlan } from './sort-keys.ts'
import { cursorOf, nameKey, sortPlan } from './sort-keys.ts'
import type { KeyColumns } from './sorted-list.ts'
import { ListSorter, placeBehind } from './sorted-list.ts'

/** Lists that are kept sorted: one for the queue, one for the history. */
const KEPT_LISTS = 2
/** A sorted list that has changed since serves for so many times as long as it took to sort it. */
const SERVES_TIMES = 5
/** Nobody asked for so long: a million jobs take some 20 MiB. */
const FORGET_MS = 60_000

export interface SortedPage extends KeyPage {
  readonly start?: { readonly before: ListCursor | null; readonly total: number }
}

interface SortedIds {
  readonly plan: SortPlan
  readonly states: readonly JobState[]
  readonly ids: Float64Array
  /** Null: texts, which are read again where one is wanted. */
  readonly keys: { readonly ranks: Float64Array; readonly values: Float64Array } | null
  /** Of the database, when it was sorted. */
  readonly version: number
  readonly began_ms: number
  readonly took_ms: number
}

const pieceSchema = z.object({ ids: z.string(), ranks: z.string(), rank_values: z.string() })
const numbersSchema = z.array(z.number())
const textsSchema = z.array(z.string())
const keySchema = z.object({ rank: z.number(), value: z.union([z.number(), z.string()]) })
const idSchema = z.object({ id: z.int() })
const versionSchema = z.object({ data_version: z.int() })

/**
 * Lists of jobs in orders that no index has. The ids of all that match are sorted, in steps, and kept for a while: a page
 * anywhere in the list is then a piece of them. A list of a million jobs is sorted in about a second, so it is not sorted
 * again at each change, only when it has served for some times as long as that took.
 */
export class SortedLists {
  readonly #db: Database
  readonly #lists = new Map<string, SortedIds>()
  #forget: NodeJS.Timeout | null = null

  constructor(db: Database) {
    this.#db = db
  }

  *page(query: JobListQuery): Steps<SortedPage> {
    const { order, before, skip, ...rest } = query
    const list = yield* this.#sorted(query)
    const total = list.ids.length
    const from = skip ?? (before === undefined ? 0 : this.#behind(list, before))
    const start = skip === undefined ? null : { before: this.#cursorBefore(query, list, from), total }
    // An order of its own has been sorted for the place only: its pages are those of this moment.
    const isRead = typeof order === 'string' && from < total
    const page = isRead
      ? yield* inOrder(this.#db, { ...rest, order, before: start?.before ?? undefined })
      : this.#piece(query, list, from)
    return { ...page, ...(start === null ? {} : { start }) }
  }

  #piece({ filter, order, limit }: JobListQuery, list: SortedIds, from: number): KeyPage {
    const total = list.ids.length
    const to = Math.min(total, from + limit)
    const last = to <= from ? null : this.#keyAt(list, to - 1)
    return {
      ids: this.#stillMatching(filter, list, Array.from(list.ids.subarray(from, to))),
      next: last === null || to === total ? null : cursorOf(order, last),
    }
  }

  close(): void {
    if (this.#forget !== null) clearTimeout(this.#forget)
    this.#lists.clear()
  }

  #cursorBefore({ order }: JobListQuery, list: SortedIds, from: number): ListCursor | null {
    for (let at = Math.min(from, list.ids.length) - 1; at >= 0; at -= 1) {
      const key = this.#keyAt(list, at)
      if (key !== null) return cursorOf(order, key)
    }
    return null
  }

  #behind(list: SortedIds, { id, sort }: ListCursor): number {
    const { ids, plan } = list
    const key = { id, rank: sort?.rank ?? 0, value: sort?.value ?? 0 }
    return placeBehind({ ids, key, down: plan.down }, (place) => this.#keyAt(list, place))
  }

  /** Null: the job is not there any more. */
  #keyAt({ plan, ids, keys }: SortedIds, at: number): SortKey | null {
    const id = ids[at]
    if (id === undefined) return null
    if (keys !== null) return { id, rank: keys.ranks[at] ?? 0, value: keys.values[at] ?? 0 }
    const row: unknown = this.#db
      .prepare(`SELECT ${plan.rank_sql} AS rank, ${plan.value_sql} AS value FROM job WHERE id = ?`)
      .get(id)
    if (row === undefined) return null
    const { rank, value } = parseRow(keySchema, row, 'job')
    return { id, rank, value: typeof value === 'string' ? nameKey(value) : value }
  }

  /** Jobs may have changed since they were sorted. */
  #stillMatching(filter: JobFilter, { states }: SortedIds, ids: readonly number[]): number[] {
    const { sql, parameters } = filterConditions(filter)
    const rows = this.#db
      .prepare<[Parameters]>(
        `SELECT id FROM job WHERE id IN (SELECT value FROM json_each(@ids))
         AND ${VISIBLE_SQL} AND ${stateCondition(states)} AND ${sql}`,
      )
      .all({ ...parameters, ids: JSON.stringify(ids) })
    const there = new Set(rows.map((row) => parseRow(idSchema, row, 'job').id))
    return ids.filter((id) => there.has(id))
  }

  *#sorted({ filter, order }: JobListQuery): Steps<SortedIds> {
    const name = JSON.stringify([order, filter])
    const kept = this.#lists.get(name)
    const version = this.#version()
    this.#forgetLater()
    if (kept !== undefined && isGood(kept, version)) return kept
    const list = yield* this.#sort(filter, sortPlan(order), version)
    this.#lists.delete(name)
    this.#lists.set(name, list)
    for (const other of this.#lists.keys()) if (this.#lists.size > KEPT_LISTS) this.#lists.delete(other)
    return list
  }

  *#sort(filter: JobFilter, plan: SortPlan, version: number): Steps<SortedIds> {
    const began_ms = performance.now()
    const states = filterStates(filter).filter((state) => plan.states.includes(state))
    const sorter = new ListSorter(plan.down)
    let count = 0
    for (const piece of readPieces(this.#db, filter, plan, states)) {
      count += piece.ids.length
      if (count > MAX_SORTED_JOBS) throw tooMany()
      sorter.add(piece)
      yield
      while (sorter.mergeSome(false)) yield
    }
    while (sorter.mergeSome(true)) yield
    const { ids, ranks, values } = sorter.result
    const keys = values instanceof Float64Array ? { ranks, values } : null
    return { ...{ plan, states, ids, keys, version, began_ms }, took_ms: performance.now() - began_ms }
  }

  /** Another one after each commit of the owner. */
  #version(): number {
    return parseRow(versionSchema, this.#db.prepare('PRAGMA data_version').get(), 'job').data_version
  }

  #forgetLater(): void {
    if (this.#forget !== null) clearTimeout(this.#forget)
    this.#forget = setTimeout(() => {
      this.#lists.clear()
    }, FORGET_MS)
    this.#forget.unref()
  }
}

function* inOrder(db: Database, query: OrderedQuery): Steps<KeyPage> {
  const steps = pageSteps(db, query)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    yield
  }
}

function isGood({ version, began_ms, took_ms }: SortedIds, now_version: number): boolean {
  return version === now_version || performance.now() - began_ms < took_ms * SERVES_TIMES
}

function tooMany(): JobyardError {
  return new JobyardError(
    'INVALID_ARGUMENT',
    `More than ${MAX_SORTED_JOBS} jobs match, too many to sort by a column. Filter them first, by time for example.`,
  )
}

/** The keys of all that match, in no order. */
function* readPieces(
  db: Database,
  filter: JobFilter,
  plan: SortPlan,
  states: readonly JobState[],
): Generator<KeyColumns, void, undefined> {
  if (states.length === 0) return
  const select = `SELECT json_group_array(id) AS ids, json_group_array(${plan.rank_sql}) AS ranks,
    json_group_array(${plan.value_sql}) AS rank_values FROM job`
  const gathered = gatherSelect(db, filter, states)
  if (gathered !== null) {
    yield readPiece(db, `${select} WHERE id IN (${gathered.sql})`, gathered.parameters, plan)
    return
  }
  const { sql, parameters } = filterConditions(filter)
  const { low, high } = idRange(db, filter)
  const ranged = `${select} NOT INDEXED WHERE id BETWEEN @low AND @high AND ${VISIBLE_SQL}
    AND ${stateCondition(states)} AND ${sql}`
  for (let from = low; from <= high; from += STEP_ROWS) {
    yield readPiece(db, ranged, { ...parameters, low: from, high: from + STEP_ROWS - 1 }, plan)
  }
}

function readPiece(db: Database, sql: string, parameters: Parameters, { is_text }: SortPlan): KeyColumns {
  const row = parseRow(pieceSchema, db.prepare<[Parameters]>(sql).get(parameters), 'job')
  const numbers = (text: string): Float64Array =>
    Float64Array.from(parseRow(numbersSchema, JSON.parse(text), 'job'))
  return {
    ids: numbers(row.ids),
    ranks: numbers(row.ranks),
    values: is_text
      ? parseRow(textsSchema, JSON.parse(row.rank_values), 'job').map(nameKey)
      : numbers(row.rank_values),
  }
}
