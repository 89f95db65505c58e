/** Short module jobs are handed to a worker ahead of time; nobody may have to wait for that, or run because of it. */
import { describe, expect, test } from 'vitest'
import type { JobSpec } from '../../shared/job-spec.ts'
import type { ToWorker } from '../../shared/worker-protocol.ts'
import type { RealEngine } from './real-engine.ts'
import { act, openEngine, shell } from './real-engine.ts'
import { eventually } from './worker-harness.ts'

function shorts(count: number, input: Record<string, string> = {}, more: Partial<JobSpec> = {}): JobSpec[] {
  return Array.from({ length: count }, () => act({ act: 'none', ...input }, more))
}

/** After this the engine takes jobs of `act.mjs` for short. */
async function teach(real: RealEngine): Promise<void> {
  const ended = await real.run(...shorts(40))
  expect(ended.every(({ state }) => state === 'succeeded')).toBe(true)
}

/** Jobs that a worker holds behind the one it runs. */
function heldAhead(real: RealEngine, first: number): number[] {
  return real.engine
    .workers()
    .flatMap(({ job_ids }) => (job_ids.includes(first) ? job_ids.filter((id) => id !== first) : []))
}

/**
 * A long job with short ones behind it, all handed to the one worker there is: nothing else is at hand.
 * @returns the ids; the long job comes first and runs until the file `go` is there
 */
async function longWithShorts(real: RealEngine, count: number): Promise<number[]> {
  await teach(real)
  const long = act({ act: 'wait-for', path: real.path('go'), file: real.path('runs') })
  const ids = await real.submit(long, ...shorts(count, { file: real.path('runs') }))
  await eventually(() => real.lines('runs').length > 0, 'the long job to begin')
  return ids
}

function began(real: RealEngine): number[] {
  return real
    .lines('runs')
    .filter((line) => line.startsWith('start'))
    .map((line) => Number(line.split(' ')[1]))
}

describe('jobs that are seen to be short', () => {
  test('are handed over many at a time, and each runs once and in order', async () => {
    const handed: number[] = []
    const onSend = (message: ToWorker): void => {
      if (message.type === 'run') handed.push(message.orders.length)
    }
    const real = await openEngine({ concurrency: 1, onSend })
    await teach(real)
    const submission = await real.submitAll(shorts(800, { file: real.path('runs') }))
    for await (const { state } of real.engine.results(submission)) expect(state).toBe('succeeded')
    expect(Math.max(...handed)).toBeGreaterThan(10)
    const wanted = Array.from({ length: 800 }, (_, index) => submission.first_id + index)
    expect(began(real)).toEqual(wanted)
  })

  test('do not starve behind a long one of the same module while another worker is free', async () => {
    const real = await openEngine({ concurrency: 2 })
    const [long = 0, ...rest] = await longWithShorts(real, 50)
    for (const id of rest) await real.reaches(id, 'succeeded')
    expect(await real.state(long)).toBe('running')
    expect(began(real)).toHaveLength(51)
    real.file('go', '')
    await real.reaches(long, 'succeeded')
  })

  test('are taken back from behind a long one and stay where they are, not claimed again and again', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [long = 0, ...rest] = await longWithShorts(real, 300)
    await eventually(
      () => heldAhead(real, long).length === 0,
      'the jobs behind the long one to be taken back',
    )
    let claimed = false
    const end = real.engine.bus.on('job:changed', () => (claimed ||= heldAhead(real, long).length > 0))
    await real.submit(...shorts(5))
    expect(heldAhead(real, long)).toEqual([])
    end()
    expect(claimed).toBe(false)
    expect((await real.counts()).queued).toBe(rest.length + 5)
    real.file('go', '')
    await real.engine.whenIdle()
    expect(began(real)).toHaveLength(301)
  })
})

describe('what is handed ahead does not run', () => {
  test('when the pool is paused', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [long = 0, ...rest] = await longWithShorts(real, 30)
    await real.engine.pause()
    real.file('go', '')
    await real.reaches(long, 'succeeded')
    await real.engine.stop()
    expect(await real.counts()).toMatchObject({ queued: rest.length })
    expect(began(real)).toEqual([long])
  })

  test('when its group is paused', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [long = 0, ...rest] = await longWithShorts(real, 30)
    await real.engine.setGroup('default', { paused: true })
    real.file('go', '')
    await real.reaches(long, 'succeeded')
    const other = await real.submitOne(shell('true', { group: 'other' }))
    await real.reaches(other, 'succeeded')
    expect((await real.counts()).queued).toBe(rest.length)
    expect(began(real)).toEqual([long])
  })

  test('when it is cancelled or held; the others do', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [long = 0, ...rest] = await longWithShorts(real, 30)
    const cancelled = rest.slice(0, 10)
    const held = rest.slice(10, 20)
    expect(await real.engine.actions.cancel({ ids: cancelled })).toMatchObject({ count: 10 })
    expect(await real.engine.actions.hold({ ids: held })).toMatchObject({ count: 10 })
    expect(new Set(await real.states(cancelled))).toEqual(new Set(['cancelled']))
    expect(new Set(await real.states(held))).toEqual(new Set(['held']))
    real.file('go', '')
    await real.engine.whenIdle()
    expect(began(real)).toEqual([long, ...rest.slice(20)])
  })

  test('when it is cancelled the moment it was handed over', async () => {
    const real = await openEngine({ concurrency: 2 })
    await teach(real)
    for (let round = 0; round < 20; round += 1) {
      const ids = await real.submit(...shorts(40, { file: real.path('runs') }))
      await real.engine.actions.cancel({ filter: {} })
      await real.engine.whenIdle()
      const ran = new Set(began(real))
      for (const id of ids) {
        const { job, attempts } = await real.page(id)
        expect(['cancelled', 'succeeded']).toContain(job.state)
        expect({ id, ran: ran.has(id) }).toEqual({ id, ran: attempts.length === 1 })
      }
    }
  })
})

describe('a job of a module that was short until now, and does not yield', () => {
  test('runs into its timeout, and what was behind it goes on', async () => {
    const real = await openEngine({ concurrency: 1 })
    await teach(real)
    const stop = { signal: 'SIGTERM', grace_ms: 50 } as const
    const [block = 0, ...rest] = await real.submit(
      act({ act: 'block' }, { timeout_ms: 300, stop }),
      ...shorts(20),
    )
    expect((await real.reaches(block, 'failed')).job).toMatchObject({ cause: 'timeout' })
    for (const id of rest) await real.reaches(id, 'succeeded')
  })

  test('can be cancelled', async () => {
    const real = await openEngine({ concurrency: 1 })
    await teach(real)
    const file = real.path('begun')
    const stop = { signal: 'SIGTERM', grace_ms: 50 } as const
    const [block = 0, ...rest] = await real.submit(act({ act: 'block', file }, { stop }), ...shorts(20))
    await eventually(() => real.lines('begun').length === 1, 'the endless job to begin')
    await real.engine.actions.cancel({ ids: [block] })
    expect((await real.reaches(block, 'cancelled')).job).toMatchObject({ cause: 'user' })
    for (const id of rest) await real.reaches(id, 'succeeded')
  })

  test('does not hold up a pause, after which nothing starts', async () => {
    const real = await openEngine({ concurrency: 1 })
    await teach(real)
    const file = real.path('runs')
    const [block = 0, ...rest] = await real.submit(
      act({ act: 'block', ms: 3_000, file }),
      ...shorts(20, { file }),
    )
    await eventually(() => began(real).length === 1, 'the long job to begin')
    const from = performance.now()
    await real.engine.pause()
    expect(performance.now() - from).toBeLessThan(2_700)
    await real.reaches(block, 'succeeded')
    await real.engine.stop()
    expect(await real.counts()).toMatchObject({ queued: rest.length })
    expect(began(real)).toEqual([block])
  })

  test('is seen to run', async () => {
    const real = await openEngine({ concurrency: 1 })
    await teach(real)
    const block = await real.submitOne(act({ act: 'block' }, { stop: { signal: 'SIGTERM', grace_ms: 0 } }))
    await real.reaches(block, 'running')
    await real.engine.stop({ now: true })
    expect(await real.state(block)).toBe('interrupted')
  })
})
