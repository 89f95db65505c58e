/** Jobs of which there is to be one only, and timeouts by what is usual. */
import { expect, test } from 'vitest'
import { openHistory } from '../../electron/engine/store/history.ts'
import { openEngine, retry, shell } from './real-engine.ts'

const unique = { key: 'backup', while: 'active' } as const

test('however many submit at the same time, one job with the key is queued, and the others are told which', async () => {
  const real = await openEngine({ start: false })
  const submissions = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      real.submitAll([shell('true', { unique, name: `n${index}` }), shell('true')]),
    ),
  )
  const [first] = submissions
  expect(submissions.map(({ count }) => count)).toEqual([2, 1, 1, 1, 1, 1, 1, 1])
  expect(first?.duplicates).toBeUndefined()
  expect(submissions[3]).toMatchObject({
    first_id: submissions[3]?.last_id,
    duplicates: { count: 1, first: [{ name: 'n3', of: first?.first_id }] },
  })
  expect(await real.counts()).toEqual({ queued: 9 })
})

test('a submission of which nothing was queued is over at once', async () => {
  const real = await openEngine()
  await real.submit(shell('sleep 60', { unique }))
  expect(await real.run(shell('true', { unique }))).toEqual([])
  await real.engine.stop({ now: true })
})

test('many duplicates are counted, and the first of them told, when a large submission is streamed', async () => {
  const real = await openEngine({ start: false })
  const specs = Array.from({ length: 5_000 }, (_, index) =>
    shell('true', { unique: { key: `key ${Math.floor(index / 2)}`, while: 'active' } }),
  )
  const { count, duplicates } = await real.submitAll(specs)
  expect(count).toBe(2_500)
  expect(duplicates?.count).toBe(2_500)
  expect(duplicates?.first).toHaveLength(100)
  expect(await real.counts()).toEqual({ queued: 2_500 })
})

test('the key is free when the job has ended, also after a restart of the engine', async () => {
  const real = await openEngine()
  const [id = 0] = await real.submit(shell('sleep 60', { unique, on_interrupt: 'fail' }))
  await real.reaches(id, 'running')
  await real.close()
  const again = await openEngine({ dir: real.dir })
  expect(await again.state(id)).toBe('failed')
  expect(await again.run(shell('true', { unique }))).toMatchObject([{ state: 'succeeded' }])
})

test('a timeout that is a share ends a job that takes longer than is usual for its name', async () => {
  const real = await openEngine()
  const timed = { name: 'convert', timeout_percent: 200 }
  // Nothing is known yet, so that even this one may take its time.
  expect(await real.run(shell('sleep 0.3', { ...timed, timeout_percent: 1 }))).toMatchObject([
    { state: 'succeeded' },
  ])
  const spec = shell('sleep 60', { ...timed, stop: { signal: 'SIGTERM', grace_ms: 1_000 }, retry: retry(1) })
  const [job] = await real.run(spec)
  expect(job).toMatchObject({ state: 'failed', cause: 'timeout', attempts: 2 })
  const history = openHistory(real.dir)
  const page = history.show(job?.id ?? 0)
  history.close()
  expect(page?.usual_run?.runs).toBe(1)
  expect(page?.usual_run?.median_ms).toBeGreaterThanOrEqual(250)
  for (const { started_ms, ended_ms } of page?.attempts ?? [])
    expect((ended_ms ?? 0) - started_ms).toBeGreaterThanOrEqual(950)
})

test('the time in which a job is suspended does not count for a timeout that is a share', async () => {
  const real = await openEngine()
  const timed = { name: 'convert', timeout_percent: 100 }
  await real.run(shell('true', timed))
  const id = await real.submitOne(shell(`while ! [ -e ${real.path('go')} ]; do sleep 0.05; done`, timed))
  await real.reaches(id, 'running')
  await real.engine.actions.suspend({ ids: [id] })
  await real.reaches(id, 'suspended')
  // Longer than the timeout: an own job of another name is the clock.
  await real.run(shell('sleep 1.3'))
  expect(await real.state(id)).toBe('suspended')
  real.file('go', '')
  await real.engine.actions.resume({ ids: [id] })
  await real.reaches(id, 'succeeded')
})
