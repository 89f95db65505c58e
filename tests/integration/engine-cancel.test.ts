/** Cancel, timeout, suspend and resume of real process trees. */
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { act, openEngine, retry, shell } from './real-engine.ts'
import { eventually, isAlive } from './worker-harness.ts'

const STOP = { signal: 'SIGTERM', grace_ms: 300 } as const

test('cancel of a running command ends its whole tree, also what left its group', async () => {
  const real = await openEngine({ concurrency: 1 })
  const file = real.path('pids')
  const id = await real.submitOne(
    shell(`echo $$ >> ${file}; sleep 300 & echo $! >> ${file}; setsid sleep 300 & echo $! >> ${file}; wait`, {
      stop: STOP,
    }),
  )
  await real.reaches(id, 'running')
  await eventually(() => real.lines('pids').length === 3, 'three processes')
  const pids = real.lines('pids').map(Number)
  expect(pids.filter(isAlive)).toHaveLength(3)
  expect((await real.engine.actions.cancel({ ids: [id] })).count).toBe(1)
  const { job, attempts } = await real.reaches(id, 'cancelled')
  expect(job).toMatchObject({ cause: 'user' })
  expect(attempts).toMatchObject([{ cause: 'user', number: 1 }])
  expect(pids.filter(isAlive)).toEqual([])
})

test('a job that ignores the signal is killed after its grace', async () => {
  const real = await openEngine({ concurrency: 1 })
  const id = await real.submitOne(
    shell(`trap '' TERM; touch ${real.path('up')}; while :; do sleep 0.05; done`, { stop: STOP }),
  )
  await eventually(() => existsSync(real.path('up')), 'the trap')
  await real.reaches(id, 'running')
  await real.engine.actions.cancel({ ids: [id] })
  await real.reaches(id, 'stopping', 'cancelled')
  await real.reaches(id, 'cancelled')
})

test('a waiting job is cancelled without an attempt, and the cancel can be undone', async () => {
  const real = await openEngine({ start: false })
  const [first = 0, second = 0] = await real.submit(shell('true'), shell('true', { hold: true }))
  const { count, action_ids } = await real.engine.actions.cancel({ filter: {} })
  expect(count).toBe(2)
  expect(await real.states([first, second])).toEqual(['cancelled', 'cancelled'])
  expect((await real.page(first)).attempts).toEqual([])
  await real.engine.actions.undo(action_ids)
  expect(await real.states([first, second])).toEqual(['queued', 'held'])
  await expect(real.engine.actions.undo(action_ids)).rejects.toMatchObject({ code: 'ACTION_NOT_FOUND' })
})

test('a module that heeds its signal is cancelled and its worker goes on', async () => {
  const real = await openEngine({ concurrency: 1 })
  const id = await real.submitOne(act({ act: 'wait', ms: 60_000 }, { stop: STOP }))
  await real.reaches(id, 'running')
  const [pid] = real.workerPids()
  await real.engine.actions.cancel({ ids: [id] })
  await real.reaches(id, 'cancelled')
  await real.run(act({ act: 'none' }))
  expect(real.workerPids()).toEqual([pid])
})

test('a module that does not heed its signal takes its worker with it, and the next job runs in another', async () => {
  const real = await openEngine({ concurrency: 1 })
  const id = await real.submitOne(act({ act: 'deaf', ms: 60_000 }, { stop: STOP }))
  await real.reaches(id, 'running')
  const [pid] = real.workerPids()
  await real.engine.actions.cancel({ ids: [id] })
  const { job } = await real.reaches(id, 'cancelled', 'interrupted')
  expect(job).toMatchObject({ state: 'cancelled', cause: 'user' })
  expect(await real.run(act({ act: 'none' }))).toMatchObject([{ state: 'succeeded' }])
  expect(real.workerPids()).not.toEqual([pid])
})

test('a job over its time is stopped with the cause timeout, and may be retried', async () => {
  const real = await openEngine({ concurrency: 1 })
  const [plain, again] = await real.run(
    shell('sleep 60', { timeout_ms: 150, stop: STOP }),
    shell('[ "$JOBYARD_ATTEMPT_NUMBER" = 2 ] || sleep 60', { timeout_ms: 300, stop: STOP, retry: retry(1) }),
  )
  expect(plain).toMatchObject({ state: 'failed', cause: 'timeout' })
  expect(again).toMatchObject({ state: 'succeeded', attempts: 2 })
})

test('a suspended tree stands still, its timeout too, and goes on when it is resumed', async () => {
  const real = await openEngine({ concurrency: 1 })
  const file = real.path('ticks')
  const tick = `for i in 1 2 3 4 5 6; do echo $i >> ${file}; sleep 0.1; done`
  const id = await real.submitOne(shell(`sh -c '${tick}'`, { timeout_ms: 3_000 }))
  await eventually(() => real.lines('ticks').length >= 2, 'two ticks')
  expect((await real.engine.actions.suspend({ ids: [id] })).count).toBe(1)
  await real.reaches(id, 'suspended')
  const ticks = real.lines('ticks').length
  // Meanwhile another job cannot run: a suspended one keeps its place.
  const other = await real.submitOne(shell('true'))
  await real.engine.setConcurrency(2)
  await real.reaches(other, 'succeeded')
  expect(real.lines('ticks')).toHaveLength(ticks)
  expect((await real.engine.actions.resume({ filter: {} })).count).toBe(1)
  await real.reaches(id, 'succeeded')
  expect(real.lines('ticks')).toHaveLength(6)
})

test('a suspended job can be cancelled', async () => {
  const real = await openEngine({ concurrency: 1 })
  const id = await real.submitOne(shell('sleep 300', { stop: { signal: 'SIGTERM', grace_ms: 5_000 } }))
  await real.reaches(id, 'running')
  await real.engine.actions.suspend({ ids: [id] })
  await real.reaches(id, 'suspended')
  await real.engine.actions.cancel({ ids: [id] })
  await real.reaches(id, 'cancelled')
})

test('a forced stop interrupts what runs, and each job follows its policy', async () => {
  const real = await openEngine({ concurrency: 3 })
  const ids = await real.submit(
    shell('sleep 300', { stop: STOP }),
    shell('sleep 300', { stop: STOP, on_interrupt: 'requeue' }),
    shell('sleep 300', { stop: STOP, on_interrupt: 'fail' }),
  )
  for (const id of ids) await real.reaches(id, 'running')
  await real.engine.stop({ now: true })
  expect(await real.states(ids)).toEqual(['interrupted', 'queued', 'failed'])
  const [first = 0] = ids
  expect((await real.page(first)).job).toMatchObject({ cause: 'user' })
})

test.each([
  ['ask', 'interrupted'],
  ['fail', 'failed'],
] as const)('a job whose worker is killed follows on_interrupt: %s', async (on_interrupt, state) => {
  const real = await openEngine({ concurrency: 1 })
  const id = await real.submitOne(shell('sleep 300', { on_interrupt, stop: STOP }))
  await real.reaches(id, 'running')
  process.kill(real.workerOf(id), 'SIGKILL')
  const { job } = await real.reaches(id, state)
  expect(job).toMatchObject({ cause: 'worker-lost' })
})

test('a lost worker is retried where the policy lists it, and a person decides about the rest', async () => {
  const real = await openEngine({ concurrency: 1 })
  const listed = retry(1, { causes: ['worker-lost'] })
  const [again, asked] = await real.run(
    shell('[ "$JOBYARD_ATTEMPT_NUMBER" = 2 ] || kill -9 $PPID; sleep 0.05', { retry: listed, stop: STOP }),
    shell('[ "$JOBYARD_ATTEMPT_NUMBER" = 2 ] || kill -9 $PPID; sleep 0.05', { stop: STOP }),
  )
  expect(again).toMatchObject({ state: 'succeeded', attempts: 2 })
  expect(asked).toMatchObject({ state: 'interrupted', cause: 'worker-lost' })
  const id = asked?.id ?? 0
  await real.engine.actions.resolveInterrupted({ ids: [id] }, 'requeue')
  const { attempts } = await real.reaches(id, 'succeeded')
  expect(attempts.map(({ cause }) => cause)).toEqual(['worker-lost', 'exit'])
})
