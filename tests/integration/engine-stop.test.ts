/** The four faults of the seed, and what else could go wrong when an engine is to stop. */
import { performance } from 'node:perf_hooks'
import { describe, expect, test } from 'vitest'
import { JobyardError } from '../../shared/errors.ts'
import { act, openEngine, shell } from './real-engine.ts'
import { eventually, isAlive } from './worker-harness.ts'

describe('stop waits for all', () => {
  test('running jobs finish, and the workers have exited when it resolves', async () => {
    const real = await openEngine({ concurrency: 3 })
    const file = real.path('ends')
    const command = `echo begun >> ${file}; sleep 0.4; echo ended >> ${file}`
    const ids = await real.submit(shell(command), shell(command), act({ act: 'wait', ms: 400, file }))
    await eventually(() => real.lines('ends').length === 3, 'three jobs to begin')
    const pids = real.workerPids()
    expect(pids).toHaveLength(3)
    await real.engine.stop()
    expect(pids.filter(isAlive)).toEqual([])
    expect(real.engine.workers()).toEqual([])
    expect(real.lines('ends')).toHaveLength(6)
    expect(await real.states(ids)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(real.engine.poolStatus()).toMatchObject({ state: 'stopped', active: 0 })
  })

  test('a worker that is still starting has exited, too', async () => {
    const real = await openEngine({ concurrency: 2 })
    const started = real.submit(shell('true'), shell('true'))
    await real.until(() => real.engine.workers().length > 0, 'a worker')
    await Promise.all([started, real.engine.stop()])
    expect(real.engine.workers()).toEqual([])
  })

  test('no job starts after stop was called, and all that are left run after the next start', async () => {
    const real = await openEngine({ concurrency: 2 })
    const file = real.path('runs')
    const ids = await real.submit(...Array.from({ length: 300 }, () => act({ act: 'none', file })))
    await real.until(async () => ((await real.counts()).succeeded ?? 0) > 20, 'some ends')
    await real.engine.stop()
    const ran = real.lines('runs').length
    const { succeeded = 0, queued = 0, ...others } = await real.counts()
    expect({ succeeded: ran / 2, sum: succeeded + queued, others }).toEqual({
      succeeded,
      sum: 300,
      others: {},
    })
    await real.engine.start()
    await real.engine.whenIdle()
    expect(real.lines('runs').filter((line) => line.startsWith('start'))).toHaveLength(ids.length)
  })
})

describe('stop does not hang behind a busy pool', () => {
  test('a second stop forces, whatever waits in the queue', async () => {
    const real = await openEngine({ concurrency: 2 })
    const long = await real.submit(shell('sleep 60'), act({ act: 'wait', ms: 60_000 }))
    const waiting = await real.submit(...Array.from({ length: 500 }, () => shell('true')))
    for (const id of long) await real.reaches(id, 'running')
    const pids = real.workerPids()
    let isOver = false
    const drained = real.engine.stop().then(() => (isOver = true))
    await real.until(() => real.engine.poolStatus().state === 'draining', 'draining')
    expect(isOver).toBe(false)
    await real.engine.stop()
    await drained
    expect(pids.filter(isAlive)).toEqual([])
    for (const id of long)
      expect((await real.page(id)).job).toMatchObject({ state: 'interrupted', cause: 'user' })
    expect(await real.counts()).toEqual({ interrupted: 2, queued: waiting.length })
  })

  test('stop now ends running jobs at once, also one that never yields', async () => {
    const real = await openEngine({ concurrency: 2 })
    const stop = { signal: 'SIGTERM', grace_ms: 50 } as const
    const file = real.path('begun')
    const ids = await real.submit(act({ act: 'block', file }, { stop }), shell('sleep 60'), shell('true'))
    await eventually(() => real.lines('begun').length === 1, 'the endless job to begin')
    await real.reaches(ids[1] ?? 0, 'running')
    const pids = real.workerPids()
    await real.engine.stop({ now: true })
    expect(pids.filter(isAlive)).toEqual([])
    expect(await real.states(ids)).toEqual(['interrupted', 'interrupted', 'queued'])
  })

  test('a stop is not kept waiting by a suspended job once it is forced', async () => {
    const real = await openEngine({ concurrency: 1 })
    const id = await real.submitOne(shell('sleep 60'))
    await real.reaches(id, 'running')
    await real.engine.actions.suspend({ ids: [id] })
    await real.reaches(id, 'suspended')
    await real.engine.stop({ now: true })
    expect((await real.page(id)).job).toMatchObject({ state: 'interrupted', cause: 'user' })
  })

  test('stop of an engine that does nothing, and of one that is stopped, resolves at once', async () => {
    const real = await openEngine()
    const from = performance.now()
    await real.engine.stop()
    await real.engine.stop()
    await real.engine.stop({ now: true })
    expect(performance.now() - from).toBeLessThan(1_000)
  })
})

describe('a job cannot take the owner down', () => {
  const ways = [
    { input: { act: 'throw' }, becomes: { state: 'failed', cause: 'exception' } },
    { input: { act: 'reject' }, becomes: { state: 'failed', cause: 'exception' } },
    { input: { act: 'late-throw' }, becomes: { state: 'failed', cause: 'exception' } },
    { input: { act: 'stray-rejection' }, becomes: { state: 'failed', cause: 'exception' } },
    { input: { act: 'overflow' }, becomes: { state: 'failed', cause: 'exception' } },
    { input: { act: 'exit', code: 0 }, becomes: { state: 'interrupted', cause: 'worker-lost' } },
    { input: { act: 'exit', code: 3 }, becomes: { state: 'interrupted', cause: 'worker-lost' } },
    { input: { act: 'kill' }, becomes: { state: 'interrupted', cause: 'worker-lost' } },
    { input: { act: 'abort' }, becomes: { state: 'interrupted', cause: 'worker-lost' } },
  ] as const

  test('however it ends: the others run on, and so do those after it', async () => {
    const real = await openEngine({ concurrency: 2 })
    const [other = 0] = await real.submit(shell('sleep 60'))
    await real.reaches(other, 'running')
    const jobs = ways.flatMap(({ input }) => [act(input), act({ act: 'none' })])
    const ended = await real.run(...jobs)
    const wanted = ways.flatMap(({ becomes }) => [becomes, { state: 'succeeded', cause: 'exit' }])
    expect(ended.map(({ state, cause }) => ({ state, cause }))).toEqual(wanted)
    expect(await real.state(other)).toBe('running')
    expect(real.faults).toEqual([])
  })

  test('a command that kills its worker is interrupted, its tree is gone, and a new worker goes on', async () => {
    const real = await openEngine({ concurrency: 1 })
    const file = real.path('pid')
    const [killer] = await real.run(shell(`echo $$ > ${file}; kill -9 $PPID; sleep 60`))
    expect(killer).toMatchObject({ state: 'interrupted', cause: 'worker-lost' })
    expect(isAlive(Number(real.lines('pid')[0]))).toBe(false)
    const [next] = await real.run(shell('true'))
    expect(next).toMatchObject({ state: 'succeeded' })
  })
})

describe('submit and the end of an engine', () => {
  test('submit after close is refused, and so is everything else', async () => {
    const real = await openEngine()
    await real.close()
    const { engine } = real
    const calls: (() => Promise<unknown>)[] = [
      () => real.submitOne(shell('true')),
      () => engine.start(),
      () => engine.pause(),
      () => engine.resume(),
      () => engine.setConcurrency(1),
      () => engine.setGroup('g', {}),
      () => engine.actions.cancel({ filter: {} }),
      () => engine.store.query({ type: 'counters' }),
    ]
    for (const call of calls) {
      const error = await call().catch((thrown: unknown) => thrown)
      expect(error, call.toString()).toBeInstanceOf(JobyardError)
      expect(error, call.toString()).toMatchObject({ code: 'ENGINE_CLOSED' })
    }
    await engine.stop()
    await engine.close()
  })

  test('submit while it drains is accepted and stored, and runs after the next start', async () => {
    const real = await openEngine({ concurrency: 1 })
    const file = real.path('go')
    const first = await real.submitOne(shell(`while [ ! -e ${file} ]; do sleep 0.02; done`))
    await real.reaches(first, 'running')
    const stopped = real.engine.stop()
    const second = await real.submitOne(shell('true'))
    expect(await real.state(second)).toBe('queued')
    real.file('go', '')
    await stopped
    expect(await real.states([first, second])).toEqual(['succeeded', 'queued'])
    const third = await real.submitOne(shell('true'))
    await real.close()

    const again = await openEngine({ dir: real.dir })
    await again.engine.whenIdle()
    expect(await again.states([first, second, third])).toEqual(['succeeded', 'succeeded', 'succeeded'])
  })

  test('start while it drains begins anew when the drain is over', async () => {
    const real = await openEngine({ concurrency: 1 })
    const first = await real.submitOne(shell('sleep 0.2'))
    await real.reaches(first, 'running')
    const stopped = real.engine.stop()
    const started = real.engine.start()
    const second = await real.submitOne(shell('true'))
    await stopped
    expect(await real.state(first)).toBe('succeeded')
    await started
    await real.reaches(second, 'succeeded')
  })
})
