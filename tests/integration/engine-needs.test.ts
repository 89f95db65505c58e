/** Jobs that need others: chains, diamonds, what is skipped and what is revived, across submissions and chunks. */
import { describe, expect, test } from 'vitest'
import type { JobSpec, Need, NewJob } from '../../shared/job-spec.ts'
import type { RealEngine } from './real-engine.ts'
import { act, openEngine, retry, shell } from './real-engine.ts'

type Condition = Need['condition']

function after(spec: JobSpec, ...needs: readonly (readonly [index: number, condition: Condition])[]): NewJob {
  return { spec, needs: needs.map(([index, condition]) => ({ on: { index }, condition })) }
}

function note(real: RealEngine, name: string): JobSpec {
  return shell(`echo ${name} >> ${real.path('order')}`)
}

describe('needs', () => {
  test('a diamond runs in order, however many workers there are', async () => {
    const real = await openEngine({ concurrency: 4 })
    await real.run(
      after(note(real, 'last'), [1, 'success'], [2, 'success']),
      after(note(real, 'left'), [3, 'success']),
      after(note(real, 'right'), [3, 'success']),
      note(real, 'first'),
    )
    const [first, ...rest] = real.lines('order')
    expect([first, rest.slice(0, 2).sort(), rest[2]]).toEqual(['first', ['left', 'right'], 'last'])
  })

  test('a long chain runs link by link, and one that breaks is skipped to its end', async () => {
    const real = await openEngine({ concurrency: 2 })
    const chain = (first: JobSpec, length: number): (JobSpec | NewJob)[] => [
      first,
      ...Array.from({ length }, (_, index) => after(act({ act: 'none' }), [index, 'success'])),
    ]
    const ran = await real.run(...chain(act({ act: 'none' }), 150))
    expect(ran.every(({ state }) => state === 'succeeded')).toBe(true)
    const starts = await Promise.all(
      ran.map(async ({ id }) => (await real.page(id)).attempts[0]?.started_ms ?? 0),
    )
    expect(starts).toEqual([...starts].sort((a, b) => a - b))
    const broken = await real.run(...chain(shell('exit 1'), 3_000))
    expect(broken[0]?.state).toBe('failed')
    expect(new Set(broken.slice(1).map(({ state, cause }) => `${state} ${cause}`))).toEqual(
      new Set(['skipped dependency']),
    )
  })

  test('a job waits for the last attempt of one that is retried', async () => {
    const real = await openEngine({ concurrency: 2 })
    const fails = act({ act: 'fail-until', attempt: 3, file: real.path('order') }, { retry: retry(3) })
    const [first, next] = await real.run(fails, after(note(real, 'next'), [0, 'success']))
    expect([first?.state, next?.state]).toEqual(['succeeded', 'succeeded'])
    expect(real.lines('order').at(-1)).toBe('next')
  })

  test('an interrupted job keeps those blocked that need it, until a person decides', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [lost = 0, on_success = 0, on_failure = 0, always = 0] = await real.submit(
      act({ act: 'kill' }),
      after(shell('true'), [0, 'success']),
      after(shell('true'), [0, 'failure']),
      after(shell('true'), [0, 'always']),
    )
    await real.reaches(lost, 'interrupted')
    await real.engine.whenIdle()
    expect(await real.states([on_success, on_failure, always])).toEqual(['blocked', 'blocked', 'blocked'])
    await real.engine.actions.resolveInterrupted({ ids: [lost] }, 'fail')
    await real.engine.whenIdle()
    expect(await real.states([on_success, on_failure, always])).toEqual(['skipped', 'succeeded', 'succeeded'])
  })

  test('a cancelled job counts as a failure for those that need it, running or waiting', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [runs = 0, waits = 0, ...rest] = await real.submit(
      shell('sleep 60'),
      shell('sleep 60'),
      after(shell('true'), [0, 'success']),
      after(shell('true'), [0, 'failure']),
      after(shell('true'), [1, 'success']),
      after(shell('true'), [1, 'failure']),
    )
    await real.reaches(runs, 'running')
    await real.engine.actions.cancel({ ids: [runs, waits] })
    await real.reaches(runs, 'cancelled')
    await real.engine.whenIdle()
    expect(await real.states(rest)).toEqual(['skipped', 'succeeded', 'skipped', 'succeeded'])
  })

  test('undo of a cancel brings back what was skipped because of it', async () => {
    const real = await openEngine({ concurrency: 1, start: false })
    const ids = await real.submit(
      note(real, 'first'),
      after(note(real, 'second'), [0, 'success']),
      after(note(real, 'third'), [1, 'success']),
    )
    const { action_ids } = await real.engine.actions.cancel({ ids: ids.slice(0, 1) })
    expect(await real.states(ids)).toEqual(['cancelled', 'skipped', 'skipped'])
    await real.engine.actions.undo(action_ids)
    expect(await real.states(ids)).toEqual(['queued', 'blocked', 'blocked'])
    await real.engine.start()
    await real.engine.whenIdle()
    expect(real.lines('order')).toEqual(['first', 'second', 'third'])
  })

  test('a restart of a link in the middle runs it and what was skipped behind it, not what came before', async () => {
    const real = await openEngine({ concurrency: 1 })
    const gate = real.path('gate')
    const ended = await real.run(
      note(real, 'one'),
      after(shell(`echo two >> ${real.path('order')}; [ -e ${gate} ]`), [0, 'success']),
      after(note(real, 'three'), [1, 'success']),
      after(note(real, 'four'), [2, 'always'], [0, 'success']),
    )
    expect(ended.map(({ state }) => state)).toEqual(['succeeded', 'failed', 'skipped', 'succeeded'])
    real.file('gate', '')
    await real.engine.actions.restart({ ids: [ended[1]?.id ?? 0] })
    await real.engine.whenIdle()
    // The fourth had not been skipped: it stays as it ended.
    expect(real.lines('order')).toEqual(['one', 'two', 'four', 'two', 'three'])
  })

  test('a job of an earlier submission can be needed, also one that has ended', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [good, bad] = await real.run(shell('true'), shell('exit 1'))
    const needing = (job_id: number, condition: Condition): NewJob => ({
      spec: shell('true'),
      needs: [{ on: { job_id }, condition }],
    })
    const ended = await real.run(
      needing(good?.id ?? 0, 'success'),
      needing(bad?.id ?? 0, 'success'),
      needing(bad?.id ?? 0, 'failure'),
      needing(99_999, 'always'),
    )
    expect(ended.map(({ state }) => state)).toEqual(['succeeded', 'skipped', 'succeeded', 'skipped'])
  })

  test('needs hold across the chunks of a large submission, and nothing of it runs before all is stored', async () => {
    const real = await openEngine({ concurrency: 2 })
    const file = real.path('runs')
    const jobs: NewJob[] = Array.from({ length: 2_500 }, (_, index) =>
      index === 0
        ? { spec: act({ act: 'wait', ms: 100, file }) }
        : after(act({ act: 'none', file }), [index < 1_200 ? 0 : 1_100, 'success']),
    )
    const submission = await real.submitAll(jobs)
    let count = 0
    for await (const { state } of real.engine.results(submission)) {
      expect(state).toBe('succeeded')
      count += 1
    }
    expect(count).toBe(2_500)
    const lines = real.lines('runs')
    const at = (line: string): number => lines.indexOf(line)
    expect(at('end 1 1')).toBeLessThan(at('start 2 1'))
    expect(at('end 1101 1')).toBeLessThan(at('start 1201 1'))
  })

  test('a need on a job that comes in a later chunk is refused, with nothing stored', async () => {
    const real = await openEngine({ concurrency: 1 })
    const jobs: (JobSpec | NewJob)[] = Array.from({ length: 2_500 }, () => shell('true'))
    jobs[0] = after(shell('true'), [2_400, 'success'])
    await expect(real.submitAll(jobs)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(await real.counts()).toEqual({})
  })
})
