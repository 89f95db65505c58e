/** Order, groups, needs, retries, edits and bulk verbs, with real workers. */
import { describe, expect, test } from 'vitest'
import type { JobSpec, NewJob } from '../../shared/job-spec.ts'
import { act, openEngine, retry, shell } from './real-engine.ts'
import type { RealEngine } from './real-engine.ts'

/** A job that notes its name. */
function note(real: RealEngine, name: string, more: Partial<Omit<JobSpec, 'task'>> = {}): JobSpec {
  return { ...shell(`echo ${name} >> ${real.path('order')}`, more), name }
}

/** Most jobs that ran at once, by the `start` and `end` lines of act.mjs. */
function mostAtOnce(lines: readonly string[]): number {
  let running = 0
  let most = 0
  for (const line of lines) {
    running += line.startsWith('start') ? 1 : -1
    most = Math.max(most, running)
  }
  return most
}

describe('order', () => {
  test('a higher priority runs first, then what came first', async () => {
    const real = await openEngine({ concurrency: 1, start: false })
    await real.submit(
      note(real, 'a'),
      note(real, 'b', { priority: 5 }),
      note(real, 'c'),
      note(real, 'd', { priority: 5 }),
    )
    await real.engine.start()
    await real.engine.whenIdle()
    expect(real.lines('order')).toEqual(['b', 'd', 'a', 'c'])
  })

  test('moved jobs run where they were put, and a move can be undone', async () => {
    const real = await openEngine({ concurrency: 1, start: false })
    const names = ['a', 'b', 'c', 'd', 'e']
    const [a = 0, b = 0, , d = 0, e = 0] = await real.submit(...names.map((name) => note(real, name)))
    const { actions } = real.engine
    await actions.move({ ids: [e] }, { to: 'top' })
    await actions.move({ ids: [a] }, { to: 'bottom' })
    await actions.move({ ids: [d] }, { to: 'before', job_id: b })
    const undone = await actions.move({ ids: [b] }, { to: 'top' })
    await actions.undo(undone.action_ids)
    await real.engine.start()
    await real.engine.whenIdle()
    expect(real.lines('order')).toEqual(['e', 'd', 'b', 'c', 'a'])
  })

  test('a waiting job can be edited', async () => {
    const real = await openEngine({ concurrency: 1, start: false })
    const [first = 0, second = 0] = await real.submit(note(real, 'first'), note(real, 'second'))
    await real.engine.actions.edit({ ids: [second] }, { priority: 1, group: 'other' })
    await real.engine.actions.edit({ ids: [first] }, { spec: note(real, 'rewritten') })
    expect((await real.page(second)).job).toMatchObject({ priority: 1, group: 'other' })
    await real.engine.start()
    await real.engine.whenIdle()
    expect(real.lines('order')).toEqual(['second', 'rewritten'])
  })

  test('held jobs wait until they are released, delayed ones until their time', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [held = 0, delayed = 0] = await real.submit(
      note(real, 'held', { hold: true }),
      note(real, 'delayed', { delay_ms: 150 }),
    )
    expect(await real.states([held, delayed])).toEqual(['held', 'scheduled'])
    await real.reaches(delayed, 'succeeded')
    expect(await real.state(held)).toBe('held')
    await real.engine.actions.release({ ids: [held] })
    await real.reaches(held, 'succeeded')
    expect(real.lines('order')).toEqual(['delayed', 'held'])
  })
})

describe('groups', () => {
  test('no more jobs of a group run at once than its limit, while other groups go on', async () => {
    const real = await openEngine({ concurrency: 4, start: false })
    await real.engine.setGroup('narrow', { parallel_limit: 1 })
    const file = real.path('narrow')
    const narrow = Array.from({ length: 6 }, () => act({ act: 'wait', ms: 40, file }, { group: 'narrow' }))
    const wide = Array.from({ length: 6 }, () => act({ act: 'wait', ms: 40, file: real.path('wide') }))
    await real.submit(...narrow, ...wide)
    await real.engine.start()
    await real.engine.whenIdle()
    expect(mostAtOnce(real.lines('narrow'))).toBe(1)
    expect(mostAtOnce(real.lines('wide'))).toBeGreaterThan(1)
    expect(await real.counts()).toEqual({ succeeded: 12 })
  })

  test('a paused group starts nothing and the others do; the pause survives a restart', async () => {
    const real = await openEngine({ concurrency: 2, start: false })
    await real.engine.setGroup('night', { paused: true })
    const [night = 0, day = 0] = await real.submit(note(real, 'night', { group: 'night' }), note(real, 'day'))
    await real.engine.start()
    await real.reaches(day, 'succeeded')
    await real.engine.whenIdle()
    await real.close()
    const again = await openEngine({ dir: real.dir })
    await again.engine.whenIdle()
    expect(await again.state(night)).toBe('queued')
    await again.engine.setGroup('night', { paused: false })
    await again.reaches(night, 'succeeded')
  })

  test('the pool grows and shrinks while it works', async () => {
    const real = await openEngine({ concurrency: 1 })
    const file = real.path('runs')
    // There is to be something left when the other workers have started.
    const ids = await real.submit(...Array.from({ length: 20 }, () => act({ act: 'wait', ms: 250, file })))
    await real.reaches(ids[1] ?? 0, 'running')
    expect(mostAtOnce(real.lines('runs'))).toBe(1)
    await real.engine.setConcurrency(4)
    await real.until(() => real.engine.poolStatus().active === 4, 'four at once')
    await real.engine.setConcurrency(1)
    await real.until(() => real.engine.workers().length === 1, 'one worker')
    await real.engine.whenIdle()
    // That four ran was seen above; by their own clocks one may have ended before the last began.
    expect(mostAtOnce(real.lines('runs'))).toBeLessThanOrEqual(4)
    expect(mostAtOnce(real.lines('runs'))).toBeGreaterThan(1)
    expect(await real.counts()).toEqual({ succeeded: 20 })
  })

  test('a pause of the pool survives a restart', async () => {
    const real = await openEngine({ concurrency: 1 })
    await real.engine.pause()
    const id = await real.submitOne(note(real, 'later'))
    await real.close()
    const again = await openEngine({ dir: real.dir })
    expect(again.engine.poolStatus().state).toBe('paused')
    await again.engine.whenIdle()
    expect(await again.state(id)).toBe('queued')
    await again.engine.resume()
    await again.reaches(id, 'succeeded')
  })
})

describe('retries', () => {
  test('a job is retried until it succeeds, each attempt kept with its output', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [ended] = await real.run(
      shell('echo try $JOBYARD_ATTEMPT_NUMBER; [ $JOBYARD_ATTEMPT_NUMBER = 3 ]', {
        retry: retry(5, { interval_ms: 20 }),
      }),
    )
    expect(ended).toMatchObject({ state: 'succeeded', attempts: 3 })
    const { attempts } = await real.page(ended?.id ?? 0)
    expect(attempts.map(({ exit_code }) => exit_code)).toEqual([1, 1, 0])
    expect(String(await real.output(ended?.id ?? 0))).toBe('try 3\n')
  })

  test('the limit ends it, and other exit codes than the listed ones are not retried', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [limited, unlisted] = await real.run(
      shell('exit 75', { retry: retry(2) }),
      shell('exit 1', { retry: retry(2, { exit_codes: [75] }) }),
    )
    expect(limited).toMatchObject({ state: 'failed', attempts: 3, exit_code: 75 })
    expect(unlisted).toMatchObject({ state: 'failed', attempts: 1 })
  })
})

describe('needs', () => {
  const after = (spec: JobSpec, index: number, condition: 'success' | 'failure' | 'always'): NewJob => ({
    spec,
    needs: [{ on: { index }, condition }],
  })

  test('success, failure and always decide what runs after a failed job and after a good one', async () => {
    const real = await openEngine({ concurrency: 2 })
    const ended = await real.run(
      shell('exit 1'),
      after(shell('true'), 0, 'success'),
      after(shell('true'), 0, 'failure'),
      after(shell('true'), 0, 'always'),
      shell('true'),
      after(shell('true'), 4, 'success'),
      after(shell('true'), 4, 'failure'),
      after(shell('true'), 1, 'failure'),
    )
    expect(ended.map(({ state }) => state)).toEqual([
      'failed',
      'skipped',
      'succeeded',
      'succeeded',
      'succeeded',
      'succeeded',
      'skipped',
      'succeeded',
    ])
    expect(ended[1]).toMatchObject({ cause: 'dependency', attempts: 0 })
  })

  test('a restart revives what was skipped because of the job', async () => {
    const real = await openEngine({ concurrency: 1 })
    const gate = real.path('gate')
    const [first, ...chain] = await real.run(
      shell(`[ -e ${gate} ]`),
      after(shell('true'), 0, 'success'),
      after(shell('true'), 1, 'success'),
    )
    expect(chain.map(({ state }) => state)).toEqual(['skipped', 'skipped'])
    real.file('gate', '')
    await real.engine.actions.restart({ ids: [first?.id ?? 0] })
    await real.reaches(chain[1]?.id ?? 0, 'succeeded')
    expect(await real.counts()).toEqual({ succeeded: 3 })
  })
})

describe('bulk', () => {
  test('5,000 jobs are held, released, cancelled and cleared by a filter, and clear can be undone', async () => {
    const real = await openEngine({ start: false })
    const { actions } = real.engine
    await real.submit(
      ...Array.from({ length: 5_000 }, (_, index) => ({ ...shell('true'), name: `job ${index}` })),
    )
    expect((await actions.hold({ filter: { name: 'job 4' } })).count).toBe(1_111)
    expect(await real.counts()).toEqual({ held: 1_111, queued: 3_889 })
    expect((await actions.release({ filter: { states: ['held'] } })).count).toBe(1_111)
    expect((await actions.cancel({ filter: {} })).count).toBe(5_000)
    const cleared = await actions.clear({ filter: { states: ['cancelled'] } })
    expect(cleared.count).toBe(5_000)
    expect(await real.counts()).toEqual({})
    expect((await actions.undo(cleared.action_ids)).count).toBe(5_000)
    expect(await real.counts()).toEqual({ cancelled: 5_000 })
    const pruned = await actions.prune(60_000)
    expect(pruned.count).toBe(0)
    expect((await actions.prune(0)).count).toBe(5_000)
  })
})
