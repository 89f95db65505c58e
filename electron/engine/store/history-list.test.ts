import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cause, JobState } from '../../../shared/job.ts'
import { isActive, isWaiting, JOB_STATES } from '../../../shared/job.ts'
import type { JobListQuery, ListCursor, ListOrder } from '../../../shared/listing.ts'
import { LIST_ORDERS } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { openDatabase } from './database.ts'
import { findPage } from './history-list.ts'
import { readyStepSql } from './history-run.ts'

/** More than fit into two steps of a walk, so that every way through is taken. */
const ROWS = 60_000
const AT_REST: readonly JobState[] = ['succeeded', 'failed', 'cancelled', 'skipped', 'interrupted']
const never = (): boolean => false

interface Row {
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
const said: string[] = []
let folder = ''
let db: Database.Database

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobyard-list-'))
  const file = join(folder, 'jobyard.db')
  fill(openDatabase({ file }))
  db = new Database(file, { readonly: true, verbose: (sql) => said.push(String(sql)) })
})
afterAll(() => {
  db.close()
  rmSync(folder, { recursive: true, force: true })
})

function fill(writer: Database.Database): void {
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

interface Filter extends JobFilter {
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
function expected(filter: Filter): number[] {
  return visible
    .filter((row) => matches(row, filter))
    .sort(IN_ORDER[filter.order])
    .map(({ id }) => id)
}

function queryOf({ order, ...filter }: Filter, limit: number, before?: ListCursor): JobListQuery {
  return { order, filter, limit, before }
}

function allPages(filter: Filter, limit: number, isCancelled = never): number[] {
  const ids: number[] = []
  let before: ListCursor | undefined
  do {
    const page = findPage(db, queryOf(filter, limit, before), isCancelled)
    expect(page.ids.length).toBeLessThanOrEqual(limit)
    ids.push(...page.ids)
    before = page.next ?? undefined
  } while (before !== undefined)
  return ids
}

describe('pages of jobs', () => {
  test('put together are all jobs that match, in order, each once, for any filter', () => {
    const filters = fc.record(
      {
        order: fc.constantFrom(...LIST_ORDERS),
        states: fc.subarray([...JOB_STATES]),
        name: fc.constantFrom('', 'rare_100%', 'RARE', '_', 'usual 12', 'nothing like it'),
        group: fc.constantFrom('default', 'other', 'unknown'),
        submission_id: fc.constantFrom(1, 2, 3, 9),
        ended_before_ms: fc.constantFrom(0, 1_050_000, 5_000_000, 5_000_001),
        ended_after_ms: fc.constantFrom(0, 1_050_000, 5_000_000, 5_000_001),
        exit_code: fc.constantFrom(0, 3, 9),
        cause: fc.constantFrom<Cause>('exit', 'timeout', 'user'),
      },
      { requiredKeys: ['order'] },
    )
    const isComplete = (filter: Filter, pages: number): void => {
      const ids = expected(filter)
      expect(allPages(filter, Math.ceil((ids.length + 1) / pages))).toEqual(ids)
    }
    for (const order of LIST_ORDERS) {
      isComplete({ order }, 7)
      for (const state of JOB_STATES) isComplete({ order, states: [state] }, 7)
    }
    fc.assert(fc.property(filters, fc.integer({ min: 1, max: 20 }), isComplete), { numRuns: 60 })
  })

  test('go on behind the last, though many ended at the same time', () => {
    const filter: Filter = { order: 'ended', states: ['succeeded'] }
    const page = (before: ListCursor | null): ReturnType<typeof findPage> =>
      findPage(db, queryOf(filter, 1_000, before ?? undefined), never)
    const first = page(null)
    const second = page(first.next)
    expect([...first.ids, ...second.ids]).toEqual(expected(filter).slice(0, 2_000))
    expect(first.next?.ended_ms).toBe(second.next?.ended_ms)
  })

  test('are empty for a limit of none, for no states, and for states that do not go with the order', () => {
    const empty = { ids: [], next: null }
    expect(findPage(db, queryOf({ order: 'newest' }, 0), never)).toEqual(empty)
    expect(findPage(db, queryOf({ order: 'newest', states: [] }, 5), never)).toEqual(empty)
    const waiting: JobState[] = ['queued', 'running']
    expect(findPage(db, queryOf({ order: 'ended', states: waiting }, 5), never)).toEqual(empty)
    expect(findPage(db, queryOf({ order: 'run', states: ['failed'] }, 5), never)).toEqual(empty)
    expect(findPage(db, queryOf({ order: 'run', cause: 'exit' }, 5), never)).toEqual(empty)
  })

  test('end early when cancelled, and say where to go on', () => {
    const nothing = { ids: [], next: null }
    expect(findPage(db, queryOf({ order: 'run' }, 500), () => true)).toEqual(nothing)
    for (const order of LIST_ORDERS.filter((other) => other !== 'run')) {
      for (const filter of [{ order }, { order, name: 'rare' }]) {
        const ids = expected(filter)
        const first = findPage(db, queryOf(filter, ROWS), () => true)
        expect(first.next).not.toBeNull()
        expect(first.ids.length).toBeLessThan(ids.length)
        expect(allPages(filter, ROWS, () => true)).toEqual(ids)
      }
    }
  })
})

describe('the way to a page', () => {
  /** The plans of the statements a query came to, but those on tables that are always small. */
  function plansOf(filter: Filter, before?: ListCursor): string[] {
    said.length = 0
    findPage(db, queryOf(filter, 100, before), never)
    const statements = said.filter((sql) => /\bFROM job\b/.test(sql))
    return [...new Set(statements)].flatMap((sql) =>
      db
        .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => detail),
    )
  }
  const sortsOrScans = /SCAN job(?!_group)|TEMP B-TREE/

  test.each<[string, Filter, ListCursor?]>([
    ['newest', { order: 'newest' }],
    ['newest, from a cursor', { order: 'newest' }, { id: 90_000, ended_ms: null }],
    ['oldest', { order: 'oldest' }],
    ['newest of a part of a name', { order: 'newest', name: 'rare' }],
    ['newest of a usual state', { order: 'newest', states: ['succeeded'] }],
    ['newest of a group', { order: 'newest', group: 'other' }],
    ['newest of a large submission', { order: 'newest', submission_id: 1 }],
    ['last ended', { order: 'ended' }],
    ['last ended, from a cursor', { order: 'ended' }, { id: 90_000, ended_ms: 5_000_000 }],
    ['last ended of a part of a name', { order: 'ended', name: 'rare' }],
    ['last ended of a time', { order: 'ended', ended_after_ms: 2_000_000, ended_before_ms: 6_000_000 }],
    ['last ended of a usual state', { order: 'ended', states: ['succeeded', 'failed'] }],
  ])(
    '%s: a walk along the order, which neither sorts nor reads the whole table at once',
    (_what, filter, before) => {
      const plans = plansOf(filter, before)
      expect(plans.length).toBeGreaterThan(0)
      for (const plan of plans) expect(plan).not.toMatch(sortsOrScans)
    },
  )

  test.each<[string, readonly JobState[], string]>([
    ['failures', ['failed'], 'job_bad_end'],
    ['held and running jobs', ['held', 'running'], 'job_active'],
    ['interrupted jobs', ['interrupted'], 'job_active'],
    ['ready jobs, where they are few', ['queued'], 'job_ready'],
  ])('%s: gathered through the index that leads to them', (_what, states, index) => {
    const order = 'newest'
    const plans = plansOf({ order, states: [...states] })
    expect(plans.some((plan) => plan.includes(index))).toBe(true)
    for (const plan of plans) expect(plan).not.toMatch(/SCAN job$/)
  })

  test('failures of some time are gathered through the index that has both', () => {
    const plans = plansOf({ order: 'newest', states: ['failed', 'skipped'], ended_after_ms: 2_000_000 })
    expect(plans.some((plan) => plan.includes('job_bad_end (state=? AND ended_ms>?'))).toBe(true)
  })

  test.each([
    ['start', /job_ready \(group_id=\?\)/],
    ['within', /job_ready \(group_id=\? AND priority=\? AND position>\?\)/],
    ['below', /job_ready \(group_id=\? AND priority<\?\)/],
  ] as const)('queued jobs are read in the order of their index: %s', (way, run) => {
    const plans = db
      .prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${readyStepSql(way, '1')}`)
      .all({ group_id: 1, rows: 10, priority: 0, position: 1, id: 1 })
      .map(({ detail }) => detail)
    expect(plans.some((plan) => run.test(plan))).toBe(true)
    // The second sorts a step by its row numbers.
    expect(plans.join('\n')).not.toMatch(/SCAN job\b/)
    expect(plans.filter((plan) => plan.includes('TEMP B-TREE')).length).toBeLessThanOrEqual(1)
  })
})
