import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobState } from '../../../shared/job.ts'
import { JOB_STATES } from '../../../shared/job.ts'
import type { JobListQuery, ListCursor, SortColumn } from '../../../shared/listing.ts'
import { LIST_ORDERS, SORT_COLUMNS } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import type { Row } from '../../../tests/fakes/listed-jobs.ts'
import { expected, fill, matching, ROWS } from '../../../tests/fakes/listed-jobs.ts'
import { openDatabase } from './database.ts'
import { findPage } from './history-list.ts'
import type { SortedPage } from './history-sorted.ts'
import { SortedLists } from './history-sorted.ts'

let folder = ''
let file = ''
let db: Database.Database
let lists: SortedLists

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobyard-sorted-'))
  file = join(folder, 'jobyard.db')
  fill(openDatabase({ file }))
  db = new Database(file, { readonly: true })
  lists = new SortedLists(db)
})
afterAll(() => {
  lists.close()
  db.close()
  rmSync(folder, { recursive: true, force: true })
})

const collator = new Intl.Collator('en', { numeric: true })
const STATE_PLACES: readonly JobState[] = [
  ...(['running', 'suspended', 'stopping', 'held', 'blocked', 'scheduled', 'retrying', 'queued'] as const),
  ...(['interrupted', 'succeeded', 'failed', 'cancelled', 'skipped'] as const),
]

/** What a person sees in the column; null: nothing. */
function shown(row: Row, by: SortColumn): number | string | null {
  switch (by) {
    case 'id':
      return row.id
    case 'name':
      return row.name.toLowerCase()
    case 'group':
      return row.group_id === 2 ? 'other' : 'default'
    case 'state':
      return STATE_PLACES.indexOf(row.state)
    case 'started':
      return row.started_ms
    case 'ended':
      return row.ended_ms
    case 'duration':
      return row.ended_ms === null || row.started_ms === null ? null : row.ended_ms - row.started_ms
    case 'attempts':
    case 'queued':
    case 'kind':
      return 0
    case 'cause':
    case 'exit_code':
    case 'priority':
      return row[by]
  }
}

function sorted(filter: JobFilter, by: SortColumn, down: boolean): number[] {
  const sign = down ? -1 : 1
  const compare = (a: Row, b: Row): number => {
    const [one, other] = [shown(a, by), shown(b, by)]
    if (one === null || other === null) {
      return Number(one === null) - Number(other === null) || sign * (a.id - b.id)
    }
    const order =
      typeof one === 'number' || typeof other === 'number'
        ? Number(one) - Number(other)
        : collator.compare(one, other)
    return sign * (order || a.id - b.id)
  }
  return matching({ ...filter, order: 'newest' })
    .sort(compare)
    .map(({ id }) => id)
}

function list(query: JobListQuery): SortedPage {
  const steps = lists.page(query)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

function allPages(query: Omit<JobListQuery, 'before'>): number[] {
  const ids: number[] = []
  let before: ListCursor | undefined
  do {
    const page = list({ ...query, before })
    expect(page.ids.length).toBeLessThanOrEqual(query.limit)
    ids.push(...page.ids)
    before = page.next ?? undefined
  } while (before !== undefined)
  return ids
}

const anyFilter = fc.record(
  {
    states: fc.subarray([...JOB_STATES]),
    name: fc.constantFrom('', 'rare_100%', 'usual 12'),
    group: fc.constantFrom('default', 'other', 'unknown'),
    submission_id: fc.constantFrom(1, 2, 9),
    ended_after_ms: fc.constantFrom(0, 1_050_000, 5_000_000),
    exit_code: fc.constantFrom(0, 3),
  },
  { requiredKeys: [] },
)

describe('a list that is sorted by a column', () => {
  test.each(SORT_COLUMNS)('%s: has every job that matches once, in order, either way', (by) => {
    for (const down of [false, true]) {
      expect(allPages({ filter: {}, order: { by, down }, limit: 9_000 })).toEqual(sorted({}, by, down))
    }
  })

  test('has the same for any filter and length of its pages', () => {
    const sorts = fc.record({ by: fc.constantFrom(...SORT_COLUMNS), down: fc.boolean() })
    fc.assert(
      fc.property(anyFilter, sorts, fc.integer({ min: 1, max: 12 }), (filter, { by, down }, pages) => {
        const ids = sorted(filter, by, down)
        const limit = Math.ceil((ids.length + 1) / pages)
        expect(allPages({ filter, order: { by, down }, limit })).toEqual(ids)
      }),
      { numRuns: 30 },
    )
  })

  test('goes on at its cursor though the job of it was changed and others are new', () => {
    const writer = new Database(file)
    const query = { filter: { states: ['failed' as const] }, order: { by: 'priority' as const, down: true } }
    const first = list({ ...query, limit: 5 })
    const last = first.ids.at(-1) ?? 0
    const rest = sorted(query.filter, 'priority', true).slice(5)
    writer.prepare('UPDATE job SET priority = 100 WHERE id = ?').run(last)
    const second = list({ ...query, limit: 1_000, before: first.next ?? undefined })
    writer.prepare('UPDATE job SET priority = 5 WHERE id = ?').run(last)
    writer.close()
    expect(second.ids).toEqual(rest.slice(0, 1_000))
  })
})

describe('a list that begins behind so many jobs', () => {
  test('is the rest of the list, in any order, and says where it began and how many there are', () => {
    const orders = fc.constantFrom(...LIST_ORDERS, { by: 'name' as const, down: true })
    fc.assert(
      fc.property(anyFilter, orders, fc.double({ min: 0, max: 1.1, noNaN: true }), (filter, order, part) => {
        const all =
          typeof order === 'string' ? expected({ ...filter, order }) : sorted(filter, order.by, order.down)
        const skip = Math.floor(all.length * part)
        const page = list({ filter, order, limit: 100, skip })
        expect(page.ids).toEqual(all.slice(skip, skip + 100))
        expect(page.start?.total).toBe(all.length)
        expect(page.next === null).toBe(skip + 100 >= all.length)
        const before = page.start?.before ?? undefined
        if (typeof order === 'string') {
          const again = findPage(db, { filter, order, limit: 100, before }, () => false)
          if (skip < all.length) expect(again).toEqual({ ids: page.ids, next: page.next })
        } else {
          expect(list({ filter, order, limit: 100, before }).ids).toEqual(page.ids)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('leads on page by page to the end', () => {
    for (const order of LIST_ORDERS) {
      const all = expected({ order })
      const page = list({ filter: {}, order, limit: 50, skip: all.length - 120 })
      const rest = { filter: {}, order, limit: ROWS, before: page.next ?? undefined }
      const next = findPage(db, rest, () => false)
      expect([...page.ids, ...next.ids]).toEqual(all.slice(-120))
    }
  })

  test('shows what has changed since it was sorted, after a while at the latest', async () => {
    const query: JobListQuery = { filter: {}, order: { by: 'priority', down: true }, limit: 10, skip: 0 }
    list(query)
    const writer = new Database(file)
    const id = matching({ order: 'oldest' })[0]?.id ?? 0
    const before = writer
      .prepare<[number], { priority: number }>('SELECT priority FROM job WHERE id = ?')
      .get(id)
    writer.prepare('UPDATE job SET priority = 50 WHERE id = ?').run(id)
    await expect.poll(() => list(query).ids[0], { timeout: 60_000 }).toBe(id)
    writer.prepare('UPDATE job SET priority = ? WHERE id = ?').run(before?.priority ?? 0, id)
    writer.close()
  })
})
