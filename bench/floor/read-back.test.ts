import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Floor } from './floor.ts'
import { floorJob } from './job.ts'
import { readBack } from './read-back.ts'
import type { Order } from './queue.ts'

const JOBS = 700
const WORKERS = 2
const PRIORITIES = 5
let folder = ''
let count = 0

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobyard-bench-test-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

async function run(order: Order): Promise<string> {
  const floor = await Floor.open(folder, WORKERS, order, `floor-${String(count++)}.db`)
  const ended = floor.endOf(JOBS)
  floor.queue.submit(Array.from({ length: JOBS }, (_, n) => floorJob(n, n % PRIORITIES)))
  await ended
  await floor.close()
  return floor.file
}

function change(file: string, sql: string): void {
  const db = new Database(file)
  db.exec(sql)
  db.close()
}

test.each<Order>(['id', 'priority'])('the floor runs every job once, in order of %s', async (order) => {
  const file = await run(order)
  readBack(file, JOBS)
})

test('a figure does not count when a result or an attempt is wrong', async () => {
  const plants: readonly [string, RegExp][] = [
    ['DELETE FROM attempts WHERE job_id = 9', /attempts has 699 rows/],
    [`UPDATE attempts SET result = '{"n":1}' WHERE job_id = 9`, /Job 9 .* no result of its own/],
    ['UPDATE attempts SET job_id = 8 WHERE job_id = 9', /Job 9 .* two attempts/],
    [`UPDATE attempts SET state = 'failed' WHERE job_id = 700`, /699 of 700/],
    ['INSERT INTO leases VALUES (3, 0, 0)', /leases has 1 rows/],
  ]
  for (const [plant, message] of plants) {
    const file = await run('id')
    change(file, plant)
    expect(() => {
      readBack(file, JOBS)
    }).toThrow(message)
  }
})
