/** What is done to jobs while they run: cancels that are hard to get right, timeouts, suspended slots. */
import { performance } from 'node:perf_hooks'
import { describe, expect, test } from 'vitest'
import { findProcess } from '../../electron/process/process-list.ts'
import type { RealEngine } from './real-engine.ts'
import { act, openEngine, shell } from './real-engine.ts'
import { eventually, isAlive } from './worker-harness.ts'

const SHORT = { signal: 'SIGTERM', grace_ms: 200 } as const
const LONG_GRACE = { signal: 'SIGTERM', grace_ms: 60_000 } as const
const LOOP = 'while :; do sleep 0.02; done'

/** Pids a job wrote into the file `pids`, once there are so many. */
async function pidsOf(real: RealEngine, count: number): Promise<number[]> {
  await eventually(() => real.lines('pids').length >= count, `${count} pids`)
  return real.lines('pids').map(Number)
}

async function printed(real: RealEngine, job_id: number, text: string): Promise<void> {
  await real.reaches(job_id, 'running')
  await real.until(async () => (await real.output(job_id)).includes(text), `"${text}" of job ${job_id}`)
}

describe('cancel', () => {
  test('sends the signal of the job, and SIGKILL when the grace is over', async () => {
    const real = await openEngine({ concurrency: 2 })
    const stop = { signal: 'SIGINT', grace_ms: 60_000 } as const
    const heeds = shell(`trap 'echo bye; exit 0' INT; echo up; ${LOOP}`, { stop })
    const ignores = shell(`trap '' TERM; echo up; ${LOOP}`, { stop: SHORT })
    const [first = 0, second = 0] = await real.submit(heeds, ignores)
    for (const id of [first, second]) await printed(real, id, 'up')
    await real.engine.actions.cancel({ filter: { states: ['running'] } })
    // It ended well, but because it was asked to.
    expect((await real.reaches(first, 'cancelled')).attempts).toMatchObject([{ cause: 'user', exit_code: 0 }])
    expect((await real.output(first)).toString()).toBe('up\nbye\n')
    expect((await real.reaches(second, 'cancelled')).attempts).toMatchObject([{ signal: 'SIGKILL' }])
  })

  test('asked again with now, does not wait for the grace', async () => {
    const real = await openEngine({ concurrency: 1 })
    const id = await real.submitOne(shell(`trap '' TERM; echo up; ${LOOP}`, { stop: LONG_GRACE }))
    await printed(real, id, 'up')
    await real.engine.actions.cancel({ ids: [id] })
    await real.reaches(id, 'stopping')
    await real.engine.actions.cancel({ ids: [id] }, true)
    expect((await real.reaches(id, 'cancelled')).attempts).toMatchObject([
      { signal: 'SIGKILL', cause: 'user' },
    ])
  })

  test('of a module that never yields kills its worker; others go on and a new worker comes', async () => {
    const real = await openEngine({ concurrency: 2 })
    const file = real.path('begun')
    const id = await real.submitOne(act({ act: 'block', file }, { stop: { signal: 'SIGTERM', grace_ms: 0 } }))
    await eventually(() => real.lines('begun').length === 1, 'the job to begin')
    await real.engine.actions.cancel({ ids: [id] })
    const others = await real.run(...Array.from({ length: 5 }, () => act({ act: 'none' })))
    expect(others.every(({ state }) => state === 'succeeded')).toBe(true)
    expect(['stopping', 'running']).toContain(await real.state(id))
    expect((await real.reaches(id, 'cancelled')).job).toMatchObject({ cause: 'user' })
    const [next] = await real.run(act({ act: 'none' }))
    expect(next).toMatchObject({ state: 'succeeded' })
  })

  test('of one that ends by itself at that moment gives one state or the other, and nothing hangs', async () => {
    const real = await openEngine({ concurrency: 2 })
    for (let round = 0; round < 15; round += 1) {
      const id = await real.submitOne(shell(`sleep 0.0${round % 5}`))
      await real.reaches(id, 'running', 'succeeded')
      await real.engine.actions.cancel({ ids: [id] })
      await real.reaches(id, 'succeeded', 'cancelled')
    }
    expect(real.engine.poolStatus().active).toBe(0)
  })
})

describe('a timeout', () => {
  test('ends the tree with cause timeout', async () => {
    const real = await openEngine({ concurrency: 1 })
    const command = `echo $$ > ${real.path('pids')}; sleep 60 & wait`
    const [job] = await real.run(shell(command, { timeout_ms: 200, stop: SHORT }))
    expect(job).toMatchObject({ state: 'failed', cause: 'timeout', exit_code: null })
    expect((await pidsOf(real, 1)).filter(isAlive)).toEqual([])
  })

  test('aborts the signal of a module', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [job] = await real.run(act({ act: 'wait', ms: 60_000 }, { timeout_ms: 200 }))
    expect(job).toMatchObject({ state: 'failed', cause: 'timeout' })
  })

  test('does not touch a job that ends in time, nor the one after it', async () => {
    const real = await openEngine({ concurrency: 1 })
    const first = shell('sleep 0.1', { timeout_ms: 300 })
    const [one, two] = await real.run(first, shell('sleep 0.5'))
    expect([one?.state, two?.state]).toEqual(['succeeded', 'succeeded'])
  })

  test('is outranked by a cancel that comes while the job ends', async () => {
    const real = await openEngine({ concurrency: 1 })
    const command = `trap 'sleep 0.5; exit 1' TERM; echo up; ${LOOP}`
    const id = await real.submitOne(shell(command, { timeout_ms: 300, stop: LONG_GRACE }))
    await real.reaches(id, 'stopping')
    await real.engine.actions.cancel({ ids: [id] })
    expect((await real.reaches(id, 'cancelled', 'failed')).job).toMatchObject({
      state: 'cancelled',
      cause: 'user',
    })
  })

  test('stands still while the job is suspended', async () => {
    const real = await openEngine({ concurrency: 1 })
    const id = await real.submitOne(shell('sleep 60', { timeout_ms: 500, stop: SHORT }))
    await real.reaches(id, 'running')
    await real.engine.actions.suspend({ ids: [id] })
    await real.reaches(id, 'suspended')
    // A job with a longer timeout that starts now runs into it while the first stands still.
    await real.engine.setConcurrency(2)
    const [other] = await real.run(shell('sleep 60', { timeout_ms: 700, stop: SHORT }))
    expect(other).toMatchObject({ cause: 'timeout' })
    expect(await real.state(id)).toBe('suspended')
    await real.engine.actions.resume({ ids: [id] })
    const from = performance.now()
    expect((await real.reaches(id, 'failed')).job).toMatchObject({ cause: 'timeout' })
    expect(performance.now() - from).toBeLessThan(5_000)
  })
})

describe('a suspended job', () => {
  test('keeps its slot, and goes on where it stood', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [file, go] = [real.path('pids'), real.path('go')]
    // It starts no process of its own: a shell that waits for one that was stopped before its exec does not count as stopped.
    const child = `sh -c 'echo $$ >> ${file}; while [ ! -e ${go} ]; do :; done'`
    const [id = 0, next = 0] = await real.submit(shell(`${child} & echo $$ >> ${file}; wait`), shell('true'))
    const pids = await pidsOf(real, 2)
    await real.reaches(id, 'running')
    expect(await real.engine.actions.suspend({ ids: [id, next] })).toMatchObject({ count: 1 })
    await real.reaches(id, 'suspended')
    expect(pids.map((pid) => findProcess(pid)?.stopped)).toEqual([true, true])
    real.file('go', '')
    expect(await real.states([id, next])).toEqual(['suspended', 'queued'])
    expect(await real.engine.actions.resume({ filter: {} })).toMatchObject({ count: 1 })
    await real.reaches(id, 'succeeded')
    await real.reaches(next, 'succeeded')
  })

  test('is ended with its app, not left standing', async () => {
    const real = await openEngine({ concurrency: 1 })
    const id = await real.submitOne(shell(`echo $$ >> ${real.path('pids')}; sleep 60`))
    const pids = await pidsOf(real, 1)
    await real.reaches(id, 'running')
    await real.engine.actions.suspend({ ids: [id] })
    await real.reaches(id, 'suspended')
    await real.close()
    expect(pids.filter(isAlive)).toEqual([])
    const again = await openEngine({ dir: real.dir, start: false })
    expect((await again.page(id)).job).toMatchObject({ state: 'interrupted', cause: 'user' })
  })

  test('cannot be a module job, which runs on; a person is told why', async () => {
    const real = await openEngine({ concurrency: 1 })
    const id = await real.submitOne(act({ act: 'wait', ms: 60_000 }))
    await real.reaches(id, 'running')
    await real.engine.actions.suspend({ ids: [id] })
    await real.until(() => real.faults.length > 0, 'the refusal')
    expect(real.faults).toMatchObject([{ code: 'UNSUPPORTED_KIND' }])
    expect(await real.state(id)).toBe('running')
  })
})
