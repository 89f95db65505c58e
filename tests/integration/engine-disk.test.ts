/** A disk that refuses for a while: played through the store port, on the real store with real workers. */
import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { JobyardError } from '../../shared/errors.ts'
import type { Operation } from '../../electron/engine/store/store-operations.ts'
import type { QueryName, QueryOf } from '../../electron/engine/store/store-queries.ts'
import type { ResultsOf, Store } from '../../electron/engine/store/store.ts'
import type { RealEngine, RealEngineOptions } from './real-engine.ts'
import { act, openEngine, retry, shell } from './real-engine.ts'
import { eventually, isAlive } from './worker-harness.ts'

/** A store whose disk is full when a test says so. */
class FaultyStore implements Store {
  /** True: this commit is refused. */
  refuses: (operations: readonly Operation[]) => boolean = () => false
  refused = 0
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async commit<const T extends readonly Operation[]>(operations: T): Promise<ResultsOf<T>> {
    if (!this.refuses(operations)) return this.#store.commit(operations)
    this.refused += 1
    await Promise.resolve()
    throw new JobyardError('STORE_FAILED', 'Nothing was written: the disk is full.')
  }

  query<K extends QueryName>(query: QueryOf<K>): ReturnType<Store['query']> {
    return this.#store.query(query)
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}

async function openFaulty(options: RealEngineOptions = {}): Promise<{ real: RealEngine; disk: FaultyStore }> {
  const wrapped: FaultyStore[] = []
  const real = await openEngine({
    ...options,
    wrapStore: (store) => {
      const disk = new FaultyStore(store)
      wrapped.push(disk)
      return disk
    },
  })
  const [disk] = wrapped
  if (disk === undefined) throw new Error('The store was not wrapped.')
  return { real, disk }
}

const always = (): boolean => true
const never = (): boolean => false

test('what a person asks for is refused with the code, and taken again when the disk is well', async () => {
  const { real, disk } = await openFaulty({ concurrency: 1 })
  const held = await real.submitOne(shell('true', { hold: true }))
  disk.refuses = always
  const calls = [
    () => real.submitOne(shell('true')),
    () => real.submit(...Array.from({ length: 2_500 }, () => shell('true'))),
    () => real.engine.actions.release({ ids: [held] }),
    () => real.engine.setGroup('g', { parallel_limit: 1 }),
  ]
  await Promise.all(calls.map((call) => expect(call()).rejects.toMatchObject({ code: 'STORE_FAILED' })))
  expect(real.faults.length).toBeGreaterThan(0)
  expect(await real.counts()).toEqual({ held: 1 })
  disk.refuses = never
  await real.engine.actions.release({ ids: [held] })
  const [next] = await real.run(shell('true'))
  expect(next).toMatchObject({ state: 'succeeded' })
  await real.reaches(held, 'succeeded')
})

test('the ends of running jobs are kept and written later; nothing new starts meanwhile, nothing runs twice', async () => {
  const { real, disk } = await openFaulty({ concurrency: 2 })
  const file = real.path('runs')
  const command = (seconds: number): string =>
    `echo start $JOBYARD_JOB_ID >> ${file}; sleep ${seconds}; echo end $JOBYARD_JOB_ID >> ${file}`
  // The first two must still run when the disk begins to refuse.
  const ids = await real.submit(
    shell(command(1.5)),
    act({ act: 'wait', ms: 1_500, file }),
    ...Array.from({ length: 6 }, () => shell(command(0.1))),
  )
  await real.reaches(ids[0] ?? 0, 'running')
  await real.reaches(ids[1] ?? 0, 'running')
  disk.refuses = always
  await eventually(
    () => real.lines('runs').filter((line) => line.startsWith('end')).length === 2,
    'both to end',
  )
  await eventually(() => disk.refused > 2, 'some refusals')
  expect(await real.states(ids.slice(0, 3))).toEqual(['running', 'running', 'queued'])
  expect(real.lines('runs')).toHaveLength(4)
  disk.refuses = never
  await real.engine.whenIdle()
  expect(await real.counts()).toEqual({ succeeded: ids.length })
  expect(real.lines('runs').filter((line) => line.startsWith('start'))).toHaveLength(ids.length)
  for (const id of ids) expect((await real.page(id)).attempts).toMatchObject([{ number: 1, cause: 'exit' }])
})

test('when a claim is refused and nothing runs, the queue goes on by itself once the disk is well', async () => {
  const { real, disk } = await openFaulty({ concurrency: 1 })
  const [first = 0, second = 0] = await real.submit(shell('true'), shell('true', { hold: true }))
  await real.reaches(first, 'succeeded')
  disk.refuses = (operations) => operations.some(({ type }) => type === 'claim')
  await real.engine.actions.release({ ids: [second] })
  await real.until(() => real.faults.length > 0, 'the refusal of the claim')
  disk.refuses = never
  await real.reaches(second, 'succeeded')
  expect((await real.page(second)).attempts).toHaveLength(1)
})

test('jobs that are due while the disk refuses run when it is well', async () => {
  const { real, disk } = await openFaulty({ concurrency: 1 })
  const ids = await real.submit(shell('true', { delay_ms: 150 }), shell('true', { delay_ms: 200 }))
  disk.refuses = always
  await eventually(() => disk.refused > 1, 'some refusals')
  disk.refuses = never
  for (const id of ids) await real.reaches(id, 'succeeded')
})

test('a timeout ends a job although the disk refuses', async () => {
  const { real, disk } = await openFaulty({ concurrency: 1 })
  const stop = { signal: 'SIGTERM', grace_ms: 100 } as const
  const file = real.path('pid')
  const id = await real.submitOne(shell(`echo $$ > ${file}; sleep 60`, { timeout_ms: 400, stop }))
  await real.reaches(id, 'running')
  disk.refuses = always
  await eventually(() => real.lines('pid').length === 1, 'the pid')
  await eventually(() => !isAlive(Number(real.lines('pid')[0])), 'the end of the job')
  disk.refuses = never
  expect((await real.reaches(id, 'failed')).job).toMatchObject({ cause: 'timeout' })
})

test('an engine closes in bounded time although the disk refuses, and its workers and jobs are gone', async () => {
  const { real, disk } = await openFaulty({ concurrency: 2 })
  const file = real.path('pids')
  const ids = await real.submit(
    shell(`echo $$ >> ${file}; sleep 60`),
    act({ act: 'wait', ms: 60_000 }),
    shell('true'),
  )
  for (const id of ids.slice(0, 2)) await real.reaches(id, 'running')
  await eventually(() => real.lines('pids').length === 1, 'the pid')
  const pids = [...real.workerPids(), ...real.lines('pids').map(Number)]
  disk.refuses = always
  const from = performance.now()
  await real.close()
  expect(performance.now() - from).toBeLessThan(15_000)
  expect(pids.filter(isAlive)).toEqual([])
  // What could not be written is set right by the next start.
  const again = await openEngine({ dir: real.dir, start: false })
  expect(await again.states(ids)).toEqual(['interrupted', 'interrupted', 'queued'])
}, 30_000)

test('a drain that was begun goes on although the disk refuses', async () => {
  const { real, disk } = await openFaulty({ concurrency: 1 })
  const id = await real.submitOne(shell('sleep 0.3'))
  await real.reaches(id, 'running')
  disk.refuses = always
  const stopped = real.engine.stop()
  await real.until(() => real.engine.workers().length === 0, 'the worker to end')
  disk.refuses = never
  await stopped
  expect(await real.state(id)).toBe('succeeded')
  expect(real.engine.poolStatus().state).toBe('stopped')
})

test('a disk that fails now and then loses nothing and runs nothing twice', async () => {
  const { real, disk } = await openFaulty({ concurrency: 2 })
  const file = real.path('runs')
  const jobs = Array.from({ length: 60 }, (_, index) =>
    act({ act: index % 10 === 9 ? 'throw' : 'none', file }, { retry: retry(1) }),
  )
  const ids = await real.submit(...jobs)
  let commits = 0
  disk.refuses = () => {
    commits += 1
    return commits % 3 === 0
  }
  await real.until(async () => {
    const { succeeded = 0, failed = 0 } = await real.counts()
    return succeeded + failed === ids.length
  }, 'all to end')
  disk.refuses = never
  expect(disk.refused).toBeGreaterThan(2)
  for (const id of ids) {
    const { job, attempts } = await real.page(id)
    const ran = real.lines('runs').filter((line) => line.startsWith(`start ${id} `))
    expect(ran).toEqual(attempts.map(({ number }) => `start ${id} ${number}`))
    expect(job.attempts).toBe((id - (ids[0] ?? 0)) % 10 === 9 ? 2 : 1)
  }
})

test('a running job can be cancelled although the disk refuses: it may be what fills it', async () => {
  const { real, disk } = await openFaulty({ concurrency: 1 })
  const [id = 0, waits = 0] = await real.submit(shell('sleep 60'), shell('true'))
  await real.reaches(id, 'running')
  const { attempts } = await real.page(id)
  disk.refuses = always
  await Promise.all([
    real.engine.actions.cancel({ ids: [id] }),
    expect(real.engine.actions.cancel({ ids: [id, waits] })).rejects.toMatchObject({ code: 'STORE_FAILED' }),
  ])
  await eventually(() => !isAlive(attempts[0]?.pid ?? 0), 'the end of the job')
  disk.refuses = never
  expect((await real.reaches(id, 'cancelled')).job).toMatchObject({ cause: 'user' })
  await real.reaches(waits, 'succeeded')
})
