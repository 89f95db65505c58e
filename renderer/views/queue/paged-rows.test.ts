import { expect, test } from 'vitest'
import type { Job } from '../../../shared/job.ts'
import type { JobPage } from '../../../shared/listing.ts'
import type { HistoryJob } from '../../../shared/status.ts'
import type { PageStart } from './paged-rows.ts'
import { PAGE_JOBS, PagedRows } from './paged-rows.ts'

function row(id: number, state: 'queued' | 'held' = 'queued'): HistoryJob {
  const job: Job = {
    ...{ id, submission_id: 1, name: `job ${id}`, kind: 'command', group: 'default', priority: 0 },
    ...{ position: id, slots: 1, attempts: 0, queued_ms: 0, state },
  }
  return { job, wait_reason: 'no-slot' }
}

/** A list of so many jobs by id, that can lose its first ones, and counts what it is asked. */
class Listing {
  asked: PageStart[] = []
  signals: AbortSignal[] = []
  first = 1
  last: number
  /** Pages end early after so many rows. */
  at_most = Number.POSITIVE_INFINITY

  constructor(count: number) {
    this.last = count
  }

  fetch = (start: PageStart, limit: number, signal: AbortSignal): Promise<JobPage> => {
    this.asked.push(start)
    this.signals.push(signal)
    const skip = 'skip' in start ? start.skip : null
    const before = 'before' in start ? start.before.id : this.first - 1 + (skip ?? 0)
    const from = Math.max(this.first, before + 1)
    const count = Math.max(0, Math.min(limit, this.at_most, this.last - from + 1))
    const jobs = Array.from({ length: count }, (_, at) => row(from + at))
    const last_id = from + count - 1
    return Promise.resolve({
      jobs,
      next: last_id < this.last && count > 0 ? { id: last_id, ended_ms: null } : null,
      ...(skip === null
        ? {}
        : {
            start: {
              before: skip === 0 ? null : { id: from - 1, ended_ms: null },
              total: this.last - this.first + 1,
            },
          }),
    })
  }
}

async function settled(rows: PagedRows): Promise<void> {
  await rows.refresh()
}

function open(listing: Listing): PagedRows {
  return new PagedRows(listing.fetch, () => undefined)
}

test('rows that are not loaded are null, and come when they are looked at', async () => {
  const listing = new Listing(1_000)
  const rows = open(listing)
  expect(rows.row(3)).toBeNull()
  rows.want(0, 40)
  await settled(rows)
  expect(rows.row(3)?.job.id).toBe(4)
  expect(rows.row(999)).toBeNull()
  expect(rows.length(1_000)).toBe(1_000)
})

test('a place far down is asked for by its number, those near it by their cursors', async () => {
  const listing = new Listing(10_000)
  const rows = open(listing)
  rows.want(9_000, 9_040)
  await settled(rows)
  expect(rows.row(9_000)?.job.id).toBe(9_001)
  rows.want(9_240, 9_280)
  await settled(rows)
  expect(rows.row(9_251)?.job.id).toBe(9_252)
  const [first, ...others] = listing.asked.map((start) => Object.keys(start)[0])
  expect(first).toBe('skip')
  expect(new Set(others)).toEqual(new Set(['before']))
})

test('a place one comes back to is read where it began, whatever has left the list above', async () => {
  const listing = new Listing(10_000)
  const rows = open(listing)
  rows.want(9_000, 9_040)
  await settled(rows)
  listing.first = 101
  await rows.refresh()
  expect(rows.row(9_000)?.job.id).toBe(9_001)
})

test('a place behind the end leads to the end', async () => {
  const listing = new Listing(PAGE_JOBS * 10 + 10)
  const rows = open(listing)
  rows.want(90_000, 90_040)
  await settled(rows)
  expect(rows.length(100_000)).toBe(PAGE_JOBS * 10 + 10)
  rows.want(PAGE_JOBS * 10, PAGE_JOBS * 10 + 40)
  await settled(rows)
  expect(rows.row(PAGE_JOBS * 10 + 9)?.job.id).toBe(PAGE_JOBS * 10 + 10)
})

test('what is thrown away takes back what it asked for', () => {
  const listing = new Listing(1_000)
  const rows = open(listing)
  rows.want(0, 40)
  rows.close()
  expect(listing.signals.map(({ aborted }) => aborted)).toEqual([true])
})

test('the end is known once it was seen, whatever was estimated', async () => {
  const listing = new Listing(PAGE_JOBS + 10)
  const rows = open(listing)
  rows.want(PAGE_JOBS, PAGE_JOBS + 20)
  await settled(rows)
  expect(rows.length(5_000)).toBe(PAGE_JOBS + 10)
})

test('pages that end early are filled up', async () => {
  const listing = new Listing(1_000)
  listing.at_most = 90
  const rows = open(listing)
  rows.want(0, 40)
  await settled(rows)
  expect(rows.row(PAGE_JOBS - 1)?.job.id).toBe(PAGE_JOBS)
})

test('when jobs leave the list, what follows is read anew without gaps or doubles', async () => {
  const listing = new Listing(1_000)
  const rows = open(listing)
  rows.want(PAGE_JOBS - 20, PAGE_JOBS + 20)
  await settled(rows)
  listing.first = 11
  await rows.refresh()
  const ids = Array.from({ length: 40 }, (_, at) => rows.row(PAGE_JOBS - 20 + at)?.job.id)
  expect(ids).toEqual(Array.from({ length: 40 }, (_, at) => PAGE_JOBS - 20 + 11 + at))
})

test('a row that was read again takes its place', async () => {
  const listing = new Listing(100)
  const rows = open(listing)
  rows.want(0, 40)
  await settled(rows)
  rows.patch([row(7, 'held')])
  expect(rows.row(rows.indexOf(7))?.job.state).toBe('held')
})

test('ids of a range are gathered over pages that are not loaded', async () => {
  const listing = new Listing(2_000)
  const rows = open(listing)
  rows.want(0, 40)
  await settled(rows)
  const ids = await rows.idsBetween(10, 1_500)
  expect(ids.length).toBe(1_491)
  expect(ids.at(-1)).toBe(1_501)
})

test('a failure is kept, and the next look tries again', async () => {
  const listing = new Listing(100)
  const failing = { fails: true }
  const rows = new PagedRows(
    (...asked) => (failing.fails ? Promise.reject(new Error('gone')) : listing.fetch(...asked)),
    () => undefined,
  )
  rows.want(0, 40)
  await settled(rows)
  expect(rows.error).toBeInstanceOf(Error)
  failing.fails = false
  rows.want(0, 40)
  await settled(rows)
  expect(rows.error).toBeNull()
  expect(rows.row(0)?.job.id).toBe(1)
})
