import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cause, JobState } from '../../../shared/job.ts'
import { JOB_STATES } from '../../../shared/job.ts'
import type { ListCursor, OrderedQuery } from '../../../shared/listing.ts'
import { LIST_ORDERS } from '../../../shared/listing.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Filter } from '../../../tests/fakes/listed-jobs.ts'
import { expected, fill, ROWS } from '../../../tests/fakes/listed-jobs.ts'
import { openDatabase } from './database.ts'
import { findPage } from './history-list.ts'
import { readyStepSql } from './history-run.ts'

const never = (): boolean => false

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

function queryOf({ order, ...filter }: Filter, limit: number, before?: ListCursor): OrderedQuery {
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
