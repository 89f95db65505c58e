/** Never more than N at once, in order, whatever changes meanwhile; and why a job waits. */
import { describe, expect, test } from 'vitest'
import { openHistory } from '../../electron/engine/store/history.ts'
import type { JobSpec } from '../../shared/job-spec.ts'
import type { RealEngine } from './real-engine.ts'
import { act, openEngine, retry, shell } from './real-engine.ts'

/** How many jobs ran at once after each line that act.mjs wrote. */
function atOnce(lines: readonly string[]): number[] {
  let running = 0
  return lines.map((line) => (running += line.startsWith('start') ? 1 : -1))
}

function most(lines: readonly string[]): number {
  return Math.max(0, ...atOnce(lines))
}

function began(real: RealEngine, name: string): number[] {
  const starts = real.lines(name).filter((line) => line.startsWith('start'))
  return starts.map((line) => Number(line.split(' ')[1]))
}

function shorts(count: number, file: string, more: Partial<JobSpec> = {}): JobSpec[] {
  return Array.from({ length: count }, () => act({ act: 'wait', ms: 1, file }, more))
}

describe('limits that change while short jobs stream', () => {
  test('a pool that was made smaller has fewer workers at once, however many jobs wait', async () => {
    const real = await openEngine({ concurrency: 4 })
    const file = real.path('runs')
    await real.submit(...shorts(3_000, file))
    await real.until(
      () => real.engine.workers().filter(({ jobs_done }) => jobs_done > 5).length === 4,
      'all at work',
    )
    await real.engine.setConcurrency(1)
    await real.until(() => real.engine.workers().length === 1, 'one worker')
    const from = real.lines('runs').length
    expect((await real.counts()).queued).toBeGreaterThan(100)
    await real.until(() => real.lines('runs').length > from + 40, 'more runs')
    expect(most(real.lines('runs').slice(from + 1))).toBeLessThanOrEqual(1)
    expect(most(real.lines('runs'))).toBeLessThanOrEqual(4)
    await real.engine.setConcurrency(3)
    await real.until(() => real.engine.workers().length === 3, 'three workers')
    await real.engine.actions.cancel({ filter: {} })
    await real.engine.whenIdle()
  })

  test('a group that was given a lower limit keeps to it, and grows again', async () => {
    const real = await openEngine({ concurrency: 4 })
    const file = real.path('runs')
    await real.submit(...shorts(3_000, file, { group: 'g' }))
    await real.until(
      () => real.engine.workers().filter(({ jobs_done }) => jobs_done > 5).length === 4,
      'all at work',
    )
    await real.engine.setGroup('g', { parallel_limit: 1 })
    await real.until(() => activeOf(real, 'g') === 1, 'one place taken')
    const from = real.lines('runs').length
    await real.until(() => real.lines('runs').length > from + 40, 'more runs')
    expect(most(real.lines('runs').slice(from + 1, from + 41))).toBeLessThanOrEqual(1)
    const other = await real.submitOne(shell('true'))
    await real.reaches(other, 'succeeded')
    await real.engine.setGroup('g', { parallel_limit: null })
    await real.until(() => activeOf(real, 'g') === 4, 'all places taken')
    await real.engine.actions.cancel({ filter: { group: 'g' } })
    await real.engine.whenIdle()
  })

  test('a paused group stops at once and goes on where it stood', async () => {
    const real = await openEngine({ concurrency: 2 })
    const file = real.path('runs')
    const ids = await real.submit(...shorts(600, file, { group: 'g' }))
    await real.until(() => real.lines('runs').length > 60, 'some runs')
    await real.engine.setGroup('g', { paused: true })
    await real.until(() => activeOf(real, 'g') === 0, 'the running ones to end')
    const ran = began(real, 'runs').length
    const [other] = await real.run(shell('true'))
    expect(other).toMatchObject({ state: 'succeeded' })
    expect(began(real, 'runs')).toHaveLength(ran)
    await real.engine.setGroup('g', { paused: false })
    await real.engine.whenIdle()
    expect(began(real, 'runs').sort((a, b) => a - b)).toEqual(ids)
  })

  test('random resizing never lets more run than the largest number, and loses nothing', async () => {
    const real = await openEngine({ concurrency: 2 })
    const ids = await real.submit(...shorts(500, real.path('runs')))
    for (const workers of [1, 3, 2, 3, 1, 2]) {
      const done = real.lines('runs').length
      await real.engine.setConcurrency(workers)
      await real.until(
        () => real.lines('runs').length > done + 30 || real.lines('runs').length === 1_000,
        'more runs',
      )
    }
    await real.engine.whenIdle()
    expect(began(real, 'runs').sort((a, b) => a - b)).toEqual(ids)
    expect(most(real.lines('runs'))).toBeLessThanOrEqual(3)
  })
})

function activeOf(real: RealEngine, name: string): number {
  return real.engine.groups().find(({ group }) => group.name === name)?.active ?? 0
}

describe('order with one worker', () => {
  test('five interleaved priorities run from the highest to the lowest, each as it came', async () => {
    const real = await openEngine({ concurrency: 1, start: false })
    const file = real.path('runs')
    const jobs = Array.from({ length: 300 }, (_, index) =>
      act({ act: 'none', file }, { priority: index % 5 }),
    )
    const ids = await real.submit(...jobs)
    await real.engine.start()
    await real.engine.whenIdle()
    const wanted = [4, 3, 2, 1, 0].flatMap((priority) => ids.filter((_, index) => index % 5 === priority))
    expect(began(real, 'runs')).toEqual(wanted)
  })

  test('an urgent job does not wait for a backlog of short ones', async () => {
    const real = await openEngine({ concurrency: 1 })
    const file = real.path('runs')
    await real.submit(...Array.from({ length: 8_000 }, () => act({ act: 'none', file })))
    await real.until(() => real.lines('runs').length > 400, 'many runs')
    const urgent = await real.submitOne(act({ act: 'none', file }, { priority: 10 }))
    const before = began(real, 'runs').length
    await real.reaches(urgent, 'succeeded')
    // What a worker was handed ahead is in its hands; the rest stands back.
    expect(began(real, 'runs').indexOf(urgent) - before).toBeLessThan(3_000)
    await real.engine.stop()
  })

  test('a job far behind in a backlog can be moved to the top, before and after another', async () => {
    const real = await openEngine({ concurrency: 1, start: false })
    const file = real.path('runs')
    const ids = await real.submit(...Array.from({ length: 5_000 }, () => act({ act: 'none', file })))
    const [first = 0, second = 0] = ids
    const [x = 0, y = 0, z = 0] = ids.slice(-3)
    const { actions } = real.engine
    await actions.move({ ids: [z] }, { to: 'top' })
    await actions.move({ ids: [y] }, { to: 'before', job_id: second })
    await actions.move({ ids: [x] }, { to: 'after', job_id: z })
    await real.engine.start()
    await real.until(() => began(real, 'runs').length >= 6, 'the first runs')
    await real.engine.stop()
    expect(began(real, 'runs').slice(0, 6)).toEqual([z, x, first, y, second, ids[2]])
  })

  test('a large backlog of a paused group does not keep another from running', async () => {
    const real = await openEngine({ concurrency: 1, start: false })
    await real.engine.setGroup('stuck', { paused: true })
    await real.submit(...Array.from({ length: 5_000 }, () => shell('true', { group: 'stuck', priority: 9 })))
    await real.engine.start()
    const [job] = await real.run(shell('true'))
    expect(job).toMatchObject({ state: 'succeeded' })
  })

  test('jobs that are due at once begin then, also after a restart of the engine', async () => {
    const real = await openEngine({ concurrency: 1 })
    const ids = await real.submit(...Array.from({ length: 20 }, () => shell('true', { delay_ms: 700 })))
    const due_ms = (await real.page(ids[0] ?? 0)).job.queued_ms + 700
    await real.close()
    const again = await openEngine({ dir: real.dir })
    for (const id of ids) {
      const { attempts } = await again.reaches(id, 'succeeded')
      expect(attempts[0]?.started_ms).toBeGreaterThanOrEqual(due_ms)
    }
  })
})

describe('why a job waits', () => {
  test('is told for every reason there is', async () => {
    const real = await openEngine({ concurrency: 2, start: false })
    await real.engine.setGroup('narrow', { parallel_limit: 1 })
    await real.engine.setGroup('night', { paused: true })
    const [
      runs = 0,
      retrying = 0,
      held = 0,
      blocked = 0,
      due = 0,
      night = 0,
      full = 0,
      narrow = 0,
      slot = 0,
    ] = await real.submit(
      shell('sleep 60', { priority: 9, group: 'narrow' }),
      shell('exit 1', { priority: 8, retry: retry(1, { interval_ms: 60_000 }) }),
      shell('true', { hold: true }),
      { spec: shell('true'), needs: [{ on: { index: 0 }, condition: 'always' }] },
      shell('true', { delay_ms: 60_000 }),
      shell('true', { group: 'night' }),
      shell('sleep 60', { priority: 7 }),
      shell('true', { group: 'narrow' }),
      shell('true'),
    )
    const reason = (id: number): string | null | undefined => {
      const history = openHistory(real.dir)
      const found = history.show(id)
      history.close()
      return found?.wait_reason
    }
    expect(reason(slot)).toBe('pool-stopped')
    await real.engine.start()
    for (const id of [runs, full]) await real.reaches(id, 'running')
    await real.reaches(retrying, 'retrying')
    expect([held, blocked, due, retrying, night, narrow, slot].map(reason)).toEqual([
      ...['held', 'dependency', 'begin-time', 'backoff', 'group-paused', 'group-full', 'no-slot'],
    ])
    expect(reason(runs)).toBe(null)
    await real.engine.pause()
    expect([held, slot, night].map(reason)).toEqual(['held', 'pool-paused', 'pool-paused'])
    await real.engine.stop({ now: true })
  })
})
