import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ReadyJob, ReadyKey } from '../store/store-records.ts'
import { ReadyWindow, WINDOW_JOBS, compareReady } from './ready-window.ts'

function readyJob(key: ReadyKey): ReadyJob {
  return {
    ...key,
    group_id: 1,
    kind: 'command',
    name: `job ${key.id}`,
    submission_id: 1,
    attempts: 0,
    tries: 0,
    slots: 1,
    spec_json: '{}',
  }
}

/** A window over a "disk": loads from it as the queue does. */
class Disk {
  readonly jobs = new Map<number, ReadyJob>()
  readonly claimed = new Set<number>()
  readonly window = new ReadyWindow()

  add(key: ReadyKey): void {
    const job = readyJob(key)
    this.jobs.set(key.id, job)
    this.window.offer(job)
  }

  read(after: ReadyKey | null, limit: number): ReadyJob[] {
    const rows = [...this.jobs.values()].filter((job) => !this.claimed.has(job.id)).sort(compareReady)
    return rows.filter((job) => after === null || compareReady(after, job) < 0).slice(0, limit)
  }

  fill(): void {
    while (this.window.needsLoad()) {
      const { after, limit, generation } = this.window.beginLoad()
      this.window.endLoad(generation, this.read(after, limit), limit, (id) => this.claimed.has(id))
    }
  }

  take(): ReadyJob | undefined {
    this.fill()
    const job = this.window.take()
    if (job !== undefined) this.claimed.add(job.id)
    return job
  }
}

test('jobs come out by priority, then position, then id', () => {
  const disk = new Disk()
  disk.add({ id: 1, priority: 0, position: 1 })
  disk.add({ id: 2, priority: 5, position: 2 })
  disk.add({ id: 3, priority: 0, position: 0.5 })
  disk.add({ id: 4, priority: 5, position: 2 })
  expect([disk.take(), disk.take(), disk.take(), disk.take(), disk.take()].map((job) => job?.id)).toEqual([
    2,
    4,
    3,
    1,
    undefined,
  ])
})

test('a window holds a bounded number of jobs, whatever the backlog', () => {
  const disk = new Disk()
  for (let id = 1; id <= WINDOW_JOBS * 3; id += 1) disk.add({ id, priority: 0, position: id })
  disk.fill()
  expect(disk.window.length).toBeLessThanOrEqual(WINDOW_JOBS)
  expect(disk.take()?.id).toBe(1)
})

test('a job that arrives while a load is under way is not missed', () => {
  const disk = new Disk()
  const { after, limit, generation } = disk.window.beginLoad()
  const rows = disk.read(after, limit)
  disk.add({ id: 1, priority: 0, position: 1 })
  disk.window.endLoad(generation, rows, limit, () => false)
  expect(disk.take()?.id).toBe(1)
})

test('an answer that was asked for before an invalidation is not used', () => {
  const disk = new Disk()
  disk.add({ id: 1, priority: 0, position: 1 })
  const { after, limit, generation } = disk.window.beginLoad()
  const rows = disk.read(after, limit)
  disk.jobs.delete(1)
  disk.window.invalidate()
  disk.window.endLoad(generation, rows, limit, () => false)
  expect(disk.take()).toBeUndefined()
})

test('whatever is added, taken, given back and invalidated, jobs come out in the order of the disk and none is lost', () => {
  const key = fc.record({
    priority: fc.integer({ min: 0, max: 3 }),
    position: fc.integer({ min: 0, max: 50 }),
  })
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('add' as const),
        keys: fc.array(key, { maxLength: 1_500, size: 'max' }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('take' as const), count: fc.integer({ min: 1, max: 900 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('giveBack' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('invalidate' as const) }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const disk = new Disk()
      let id = 0
      let last: ReadyJob | undefined
      for (const action of steps) {
        if (action.do === 'add') for (const each of action.keys) disk.add({ ...each, id: (id += 1) })
        if (action.do === 'invalidate') disk.window.invalidate()
        if (action.do === 'giveBack' && last !== undefined && disk.claimed.delete(last.id))
          disk.window.offer(last)
        if (action.do !== 'take') continue
        for (let n = 0; n < action.count; n += 1) {
          const expected = disk.read(null, 1)[0]
          last = disk.take()
          expect(last?.id).toBe(expected?.id)
          if (last === undefined) break
          if (n > 5 && disk.jobs.size > 300) n += 100
        }
      }
    }),
    { numRuns: 40 },
  )
})
