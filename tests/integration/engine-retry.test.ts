/** Retries, and what becomes of a job whose worker died or that was ended by force. */
import { describe, expect, test } from 'vitest'
import type { JobSpec } from '../../shared/job-spec.ts'
import { act, openEngine, retry, shell } from './real-engine.ts'
import { isAlive } from './worker-harness.ts'

describe('retry', () => {
  test('a job is tried until it succeeds, after a backoff that doubles', async () => {
    const real = await openEngine({ concurrency: 1 })
    const policy = retry(5, { backoff: 'exponential', interval_ms: 100 })
    const [job] = await real.run(act({ act: 'fail-until', attempt: 4 }, { retry: policy }))
    expect(job).toMatchObject({ state: 'succeeded', attempts: 4, result: `{"id":1,"attempt":4}` })
    const { attempts } = await real.page(job?.id ?? 0)
    expect(attempts.map(({ number, cause }) => [number, cause])).toEqual([
      [1, 'exception'],
      [2, 'exception'],
      [3, 'exception'],
      [4, 'exit'],
    ])
    const waits = attempts
      .slice(1)
      .map((attempt, index) => attempt.started_ms - (attempts[index]?.ended_ms ?? 0))
    expect(waits.every((ms, index) => ms >= 100 * 2 ** index - 5)).toBe(true)
  })

  test('it is retrying meanwhile, with the time at which it is due, and takes no slot', async () => {
    const real = await openEngine({ concurrency: 1 })
    const id = await real.submitOne(shell('exit 7', { retry: retry(1, { interval_ms: 60_000 }) }))
    const { job } = await real.reaches(id, 'retrying')
    expect(job.state === 'retrying' && job.due_ms).toBeGreaterThan(Date.now() + 50_000)
    const [other] = await real.run(shell('true'))
    expect(other).toMatchObject({ state: 'succeeded' })
    await real.engine.actions.cancel({ ids: [id] })
    expect((await real.page(id)).job).toMatchObject({ state: 'cancelled', cause: 'user', attempts: 1 })
  })

  test('only the listed exit codes are retried', async () => {
    const real = await openEngine({ concurrency: 1 })
    const file = real.path('tries')
    const policy = retry(3, { exit_codes: [75] })
    const busyThenBad = `echo x >> ${file}; if [ $(wc -l < ${file}) -lt 3 ]; then exit 75; fi; exit 4`
    const [first, second] = await real.run(
      shell(busyThenBad, { retry: policy }),
      shell('exit 1', { retry: policy }),
    )
    expect(first).toMatchObject({ state: 'failed', exit_code: 4, attempts: 3 })
    expect(second).toMatchObject({ state: 'failed', exit_code: 1, attempts: 1 })
  })

  test('when the limit is reached the job has failed; a restart gives it all its tries again', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [job] = await real.run(shell('exit 3', { retry: retry(2) }))
    expect(job).toMatchObject({ state: 'failed', exit_code: 3, attempts: 3 })
    const ids = [job?.id ?? 0]
    await real.engine.actions.restart({ ids })
    await real.engine.whenIdle()
    expect((await real.page(ids[0] ?? 0)).job).toMatchObject({ state: 'failed', attempts: 6 })
  })

  test('a timeout, a signal and a program that is not there are retried where they are listed', async () => {
    const real = await openEngine({ concurrency: 2 })
    const stop = { signal: 'SIGTERM', grace_ms: 50 } as const
    const missing: JobSpec = {
      ...shell(''),
      task: { kind: 'command', argv: ['/no/such/program'], shell_command: null },
    }
    const ended = await real.run(
      shell('sleep 60', { retry: retry(1), timeout_ms: 100, stop }),
      shell('kill -9 $$', { retry: retry(1) }),
      { ...missing, retry: retry(1) },
      shell('kill -9 $$', { retry: retry(1, { causes: ['timeout'] }) }),
    )
    expect(ended.map(({ state, cause, attempts }) => [state, cause, attempts])).toEqual([
      ['failed', 'timeout', 2],
      ['failed', 'signal', 2],
      ['failed', 'spawn-error', 2],
      ['failed', 'signal', 1],
    ])
  })

  test('a cancel of a job that fails again and again ends it, whenever it comes', async () => {
    const real = await openEngine({ concurrency: 2 })
    const policy = retry(1_000)
    const jobs = Array.from({ length: 12 }, (_, index) =>
      index % 2 === 0 ? shell('exit 1', { retry: policy }) : act({ act: 'throw' }, { retry: policy }),
    )
    const ids = await real.submit(...jobs)
    for (const id of ids) {
      await real.until(async () => (await real.page(id)).job.attempts > 0, `job ${id} to be tried`)
      await real.engine.actions.cancel({ ids: [id] })
      await real.reaches(id, 'cancelled')
    }
    await real.engine.whenIdle()
    expect(await real.counts()).toEqual({ cancelled: ids.length })
  })
})

describe('a worker that is killed under its job', () => {
  test('leaves the job by its policy: ask, requeue, fail, or retried where worker-lost is listed', async () => {
    const real = await openEngine({ concurrency: 4 })
    const file = real.path('pids')
    // The second attempt ends well.
    const once = `if [ $JOBYARD_ATTEMPT_NUMBER = 1 ]; then echo $$ >> ${file}; kill -9 $PPID; sleep 60; fi`
    const ended = await real.run(
      shell(once),
      shell(once, { on_interrupt: 'requeue' }),
      shell(once, { on_interrupt: 'fail' }),
      shell(once, { retry: retry(1, { causes: ['worker-lost'] }) }),
    )
    expect(ended.map(({ state, cause, attempts }) => [state, cause, attempts])).toEqual([
      ['interrupted', 'worker-lost', 1],
      ['succeeded', 'exit', 2],
      ['failed', 'worker-lost', 1],
      ['succeeded', 'exit', 2],
    ])
    expect(real.lines('pids').map(Number).filter(isAlive)).toEqual([])
    for (const { id } of ended) {
      const { attempts } = await real.page(id)
      expect(attempts[0]).toMatchObject({
        cause: 'worker-lost',
        error: expect.stringContaining('worker process died') as string,
      })
    }
  })

  test('does not lose the jobs it held ahead: they run once, elsewhere', async () => {
    const real = await openEngine({ concurrency: 1 })
    await real.run(...Array.from({ length: 40 }, () => act({ act: 'none' })))
    const file = real.path('runs')
    const rest = Array.from({ length: 100 }, () => act({ act: 'none', file }))
    const [killer, ...others] = await real.run(act({ act: 'kill' }), ...rest)
    expect(killer).toMatchObject({ state: 'interrupted', cause: 'worker-lost' })
    expect(others.every(({ state, attempts }) => state === 'succeeded' && attempts === 1)).toBe(true)
    expect(real.lines('runs').filter((line) => line.startsWith('start'))).toHaveLength(100)
  })

  test('an interrupted job waits for a decision: requeue, fail, cancel or restart', async () => {
    const real = await openEngine({ concurrency: 2 })
    const once = `[ $JOBYARD_ATTEMPT_NUMBER != 1 ] || kill -9 $PPID; sleep 0.1`
    const ended = await real.run(...Array.from({ length: 4 }, () => shell(once)))
    const ids = ended.map(({ id }) => id)
    const [requeue = 0, fail = 0, cancel = 0, restart = 0] = ids
    expect(await real.states(ids)).toEqual(Array.from({ length: 4 }, () => 'interrupted'))
    await real.engine.actions.resolveInterrupted({ ids: [requeue] }, 'requeue')
    await real.engine.actions.resolveInterrupted({ ids: [fail] }, 'fail')
    await real.engine.actions.cancel({ ids: [cancel] })
    await real.engine.actions.restart({ ids: [restart] })
    await real.engine.whenIdle()
    expect(await real.states(ids)).toEqual(['succeeded', 'failed', 'cancelled', 'succeeded'])
    expect((await real.page(fail)).job).toMatchObject({ cause: 'worker-lost' })
    expect((await real.page(cancel)).job).toMatchObject({ cause: 'user' })
  })

  test('a cancel of its job while its tree is being ended is not lost', async () => {
    const real = await openEngine({ concurrency: 1 })
    const go = real.path('go')
    const killsItsWorker = `until [ -e ${go} ]; do sleep 0.02; done; kill -9 $PPID`
    const command = `trap '' TERM; [ $JOBYARD_ATTEMPT_NUMBER != 1 ] || { ${killsItsWorker}; }; while :; do sleep 0.02; done`
    const spec = shell(command, { on_interrupt: 'requeue', stop: { signal: 'SIGTERM', grace_ms: 600 } })
    const id = await real.submitOne(spec)
    await real.reaches(id, 'running')
    const pid = real.workerOf(id)
    real.file('go', '')
    await real.until(() => !real.workerPids().includes(pid), 'the end of the worker')
    await real.engine.actions.cancel({ ids: [id] })
    // On a slow machine it may be the next attempt that is cancelled.
    await real.reaches(id, 'cancelled')
  })
})

describe('a forced stop', () => {
  test('interrupts with cause user, and then follows the policy', async () => {
    const real = await openEngine({ concurrency: 3 })
    const once = `[ $JOBYARD_ATTEMPT_NUMBER != 1 ] || sleep 60`
    const ids = await real.submit(
      shell(once),
      shell(once, { on_interrupt: 'requeue' }),
      shell(once, { on_interrupt: 'fail', retry: retry(3) }),
    )
    for (const id of ids) await real.reaches(id, 'running')
    await real.engine.stop({ now: true })
    expect(await real.states(ids)).toEqual(['interrupted', 'queued', 'failed'])
    for (const id of ids) expect((await real.page(id)).attempts).toMatchObject([{ cause: 'user' }])
    await real.engine.start()
    await real.reaches(ids[1] ?? 0, 'succeeded')
  })
})
