import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import type { JobState } from '../../../shared/job.ts'
import type { ListCursor } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import { tempDir } from '../../../tests/fakes/temp-dir.ts'
import { openDatabase } from './database.ts'
import { findPage } from './history-list.ts'

interface Row {
  readonly id: number
  readonly group_id: number
  readonly state: JobState
  readonly priority: number
  readonly position: number
}

function fill(rows: readonly Row[]): Database.Database {
  const db = openDatabase({ file: join(tempDir(), 'jobyard.db') })
  onTestFinished(() => {
    db.close()
  })
  const add = db.prepare(
    `INSERT INTO job (id, submission_id, group_id, name, kind, state, priority, position, slots, held, needs_open, queued_ms)
     VALUES (@id, 1, @group_id, 'job ' || @id, 'command', @state, @priority, @position, 1, 0, 0, 0)`,
  )
  db.transaction(() => {
    for (const row of rows) add.run(row)
    db.exec(`INSERT OR IGNORE INTO job_group (id, name) SELECT DISTINCT group_id, 'group ' || group_id FROM job;
      INSERT INTO counter SELECT group_id, state, count(*) FROM job GROUP BY 1, 2`)
  })()
  return db
}

function inClaimOrder(rows: readonly Row[]): number[] {
  return rows
    .toSorted((a, b) => b.priority - a.priority || a.position - b.position || a.id - b.id)
    .map(({ id }) => id)
}

function allPages(db: Database.Database, filter: JobFilter, limit: number): number[] {
  const ids: number[] = []
  let before: ListCursor | undefined
  do {
    const page = findPage(db, { order: 'run', filter, limit, before }, () => false)
    ids.push(...page.ids)
    before = page.next ?? undefined
  } while (before !== undefined)
  return ids
}

test('the ready jobs of many groups come in the order they are claimed, page by page', () => {
  const rows = Array.from({ length: 6_000 }, (_none, index): Row => ({
    ...{ id: index + 1, group_id: 1 + ((index * index) % 60), state: 'queued' },
    // Many of one place: the id decides.
    ...{ priority: (index * 31) % 4, position: index % 7 === 0 ? 2.5 : Math.floor(index / 3) },
  }))
  const db = fill(rows)
  for (const limit of [97, 500, 6_000, 10_000]) expect(allPages(db, {}, limit)).toEqual(inClaimOrder(rows))
  const of4 = rows.filter(({ group_id }) => group_id === 5)
  expect(of4.length).toBeGreaterThan(20)
  expect(allPages(db, { group: 'group 5' }, 10)).toEqual(inClaimOrder(of4))
  expect(allPages(db, { name: '99' }, 50)).toEqual(
    inClaimOrder(rows.filter(({ id }) => String(id).includes('99'))),
  )
})

test('so do those that wait for something else, though there are very many', () => {
  const rows = Array.from({ length: 70_000 }, (_none, index): Row => ({
    ...{
      id: index + 1,
      group_id: 1,
      state: index % 3 === 0 ? 'blocked' : index % 20 === 1 ? 'queued' : 'held',
    },
    ...{ priority: index % 1_000 === 0 ? 9 : 0, position: index % 500 === 1 ? 0.5 : index },
  }))
  const db = fill(rows)
  expect(allPages(db, {}, 20_000)).toEqual(inClaimOrder(rows))
  const held = rows.filter(({ state }) => state === 'held')
  expect(allPages(db, { states: ['held', 'running'] }, 15_000)).toEqual(inClaimOrder(held))
})

test('a page of a long queue is done in few steps, and one that finds nothing in many', () => {
  const rows = Array.from({ length: 50_000 }, (_none, index): Row => ({
    ...{ id: index + 1, group_id: 1 + (index % 2), state: 'queued', priority: 0, position: index },
  }))
  const db = fill(rows)
  const steps = (filter: JobFilter): number => {
    let count = 0
    findPage(db, { order: 'run', filter, limit: 100 }, () => {
      count += 1
      return false
    })
    return count
  }
  expect(steps({})).toBeLessThanOrEqual(2)
  expect(steps({ name: 'nothing like it' })).toBeGreaterThan(6)
})
