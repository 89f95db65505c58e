/** The jobs of one sweep: stopped together by fail-fast and halt. */
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { HaltRule, JobSpec, NewJob } from '../../shared/job-spec.ts'
import type { RealEngine } from './real-engine.ts'
import { act, openEngine, shell } from './real-engine.ts'

const FAIL_FAST: HaltRule = { when: 'now', on: 'fail', limit: 1, percent: false }

function sweepOf(halt: HaltRule, jobs: readonly JobSpec[], key = 1): NewJob[] {
  const sweep = { key, name: 'sweep', max_parallel: null, halt }
  return jobs.map((spec) => ({ spec, sweep }))
}

function many(count: number, spec: JobSpec): JobSpec[] {
  return Array.from({ length: count }, () => spec)
}

/** Quick jobs of which a worker is handed many ahead, once it was seen how quick they are. */
async function primed(real: RealEngine): Promise<RealEngine> {
  await real.run(...many(60, act({ act: 'none' })))
  return real
}

const fails = act({ act: 'throw' })

describe('halt', () => {
  test('now,fail=1 stops those that run and cancels those that wait, of that sweep only', async () => {
    const real = await openEngine({ concurrency: 3 })
    const waits = act({ act: 'wait-for', path: real.path('gate') })
    const [alone = 0, slow = 0, bad = 0, late = 0, other = 0] = await real.submit(
      waits,
      ...sweepOf(FAIL_FAST, [act({ act: 'wait', ms: 60_000 }), fails, act({ act: 'none' })]),
      ...sweepOf(FAIL_FAST, [act({ act: 'none' })], 2),
    )
    await real.reaches(slow, 'cancelled')
    writeFileSync(real.path('gate'), '')
    await real.reaches(alone, 'succeeded')
    await real.reaches(other, 'succeeded')
    expect(await real.states([bad, late])).toEqual(['failed', 'cancelled'])
  })

  test('soon starts no more, not even of those a worker was handed ahead, and lets those that run go on', async () => {
    const real = await primed(await openEngine({ concurrency: 1 }))
    const soon = { ...FAIL_FAST, when: 'soon' } as const
    const note = act({ act: 'none', file: real.path('notes') })
    const ended = await real.run(...sweepOf(soon, [...many(20, note), fails, ...many(40, note)]))
    expect(ended.slice(0, 21).map(({ state }) => state)).toEqual([
      ...Array<string>(20).fill('succeeded'),
      'failed',
    ])
    expect(ended.slice(21).every(({ state, attempts }) => state === 'cancelled' && attempts === 0)).toBe(true)
    expect(real.lines('notes').filter((line) => line.startsWith('start'))).toHaveLength(20)
  })

  test('soon lets those that run go on', async () => {
    const real = await openEngine({ concurrency: 2 })
    const soon = { ...FAIL_FAST, when: 'soon' } as const
    const [slow = 0, , late = 0] = await real.submit(
      ...sweepOf(soon, [act({ act: 'wait-for', path: real.path('gate') }), fails, act({ act: 'none' })]),
    )
    await real.reaches(late, 'cancelled')
    expect(await real.state(slow)).toBe('running')
    writeFileSync(real.path('gate'), '')
    await real.reaches(slow, 'succeeded')
  })

  test.each([
    ['fail', 30, true, ['failed', 'failed', 'failed']],
    ['fail', 2, false, ['failed', 'failed']],
    ['done', 31, true, ['failed', 'failed', 'failed', 'failed']],
    ['done', 1, false, ['failed']],
  ] as const)('soon,%s=%i (percent: %s) of ten that fail lets %j run', async (on, limit, percent, ran) => {
    const real = await openEngine({ concurrency: 1 })
    const ended = await real.run(...sweepOf({ when: 'soon', on, limit, percent }, many(10, shell('exit 1'))))
    expect(ended.map(({ state }) => state)).toEqual([
      ...ran,
      ...Array<string>(10 - ran.length).fill('cancelled'),
    ])
  })

  test('success=1 stops the others when one has succeeded; failures do not count', async () => {
    const real = await openEngine({ concurrency: 1 })
    const rule = { when: 'now', on: 'success', limit: 1, percent: false } as const
    const ended = await real.run(...sweepOf(rule, [shell('exit 1'), shell('exit 0'), shell('exit 0')]))
    expect(ended.map(({ state }) => state)).toEqual(['failed', 'succeeded', 'cancelled'])
  })

  test('a job that is restarted counts by its last end only', async () => {
    const real = await openEngine({ concurrency: 1 })
    const rule = { when: 'soon', on: 'fail', limit: 2, percent: false } as const
    const gate = act({ act: 'wait-for', path: real.path('gate') })
    const [bad = 0, waits = 0, last = 0, late = 0] = await real.submit(
      ...sweepOf(rule, [fails, gate, fails, act({ act: 'none' })]),
    )
    await real.reaches(bad, 'failed')
    await real.reaches(waits, 'running')
    await real.engine.actions.restart({ ids: [bad] })
    await real.engine.actions.move({ ids: [bad] }, { to: 'bottom' })
    writeFileSync(real.path('gate'), '')
    await real.reaches(last, 'failed')
    // Counted twice, the first would have stopped this one and itself.
    await real.reaches(late, 'succeeded')
    expect((await real.reaches(bad, 'failed')).attempts).toHaveLength(2)
  })

  test('counts what failed before Jobyard was closed, and acts after it was opened again', async () => {
    const first = await openEngine({ concurrency: 1 })
    const rule = { when: 'soon', on: 'fail', limit: 2, percent: false } as const
    const gate = act({ act: 'wait-for', path: first.path('gate') })
    const jobs = sweepOf(rule, [fails, gate, fails, act({ act: 'none' })])
    const [bad = 0, waits = 0, worse = 0, late = 0] = await first.submit(...jobs)
    await first.reaches(bad, 'failed')
    await first.reaches(waits, 'running')
    await first.engine.stop({ now: true })
    await first.close()
    const second = await openEngine({ concurrency: 1, dir: first.dir })
    await second.reaches(worse, 'failed')
    await second.reaches(late, 'cancelled')
    expect(await second.engine.store.query({ type: 'halt-rules' })).toEqual([])
  })

  test('holds for a sweep that came in many chunks', async () => {
    const real = await primed(await openEngine({ concurrency: 2 }))
    const rule = { ...FAIL_FAST, when: 'soon' } as const
    const jobs = sweepOf(rule, [fails, ...many(12_000, act({ act: 'none' }))])
    const { submission_id } = await real.submitAll(jobs)
    await real.until(async () => {
      const states = await real.engine.store.query({ type: 'submission-states', submission_id })
      return states.every(({ state }) => ['failed', 'succeeded', 'cancelled'].includes(state))
    }, 'all to be over')
    const states = await real.engine.store.query({ type: 'submission-states', submission_id })
    const count = (wanted: string): number => states.find(({ state }) => state === wanted)?.count ?? 0
    expect(count('failed')).toBe(1)
    // The other worker may have been in the middle of one or a few.
    expect(count('succeeded')).toBeLessThan(10)
    expect(count('cancelled')).toBe(12_000 - count('succeeded'))
  })
})
