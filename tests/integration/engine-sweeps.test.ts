/** The jobs of one sweep: stopped together by fail-fast and halt. */
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openHistory } from '../../electron/engine/store/history.ts'
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
    const causes = (await Promise.all([slow, late].map((id) => real.page(id)))).map(({ job }) => job)
    expect(causes).toMatchObject([{ cause: 'halt' }, { cause: 'halt' }])
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

function limitedTo(max_parallel: number, jobs: readonly JobSpec[]): NewJob[] {
  return jobs.map((spec) => ({ spec, sweep: { key: 1, name: 'sweep', max_parallel, halt: null } }))
}

/** As a list shows them. */
function reasonsIn(data_dir: string, ids: readonly number[]): unknown[] {
  const history = openHistory(data_dir)
  try {
    const { jobs } = history.list({ filter: {}, order: 'oldest', limit: 100 })
    return ids.map((id) => jobs.find(({ job }) => job.id === id)?.wait_reason)
  } finally {
    history.close()
  }
}

const running = async (real: RealEngine, ids: readonly number[]): Promise<number> =>
  (await real.states(ids)).filter((state) => state === 'running').length

describe('max-parallel', () => {
  test('lets so many jobs of the sweep run at a time, and others of the group beside them', async () => {
    const real = await openEngine({ concurrency: 4 })
    const waits = act({ act: 'wait-for', path: real.path('gate') })
    const ids = await real.submit(...limitedTo(2, many(6, waits)))
    const others = await real.submit(waits, waits)
    await real.until(async () => (await running(real, others)) === 2, 'the others to run')
    expect(await running(real, ids)).toBe(2)
    expect(real.engine.groups().map(({ group, active }) => [group.name, active])).toEqual([
      ['default', 4],
      ['default · sweep', 2],
    ])
    writeFileSync(real.path('gate'), '')
    for (const id of ids) await real.reaches(id, 'succeeded')
  })

  test('runs no more than the group of its jobs lets run, and nothing while that is paused', async () => {
    const real = await openEngine({ concurrency: 4 })
    await real.engine.setGroup('narrow', { parallel_limit: 1 })
    const waits = act({ act: 'wait-for', path: real.path('gate') }, { group: 'narrow' })
    const [own = 0] = await real.submit(waits)
    await real.reaches(own, 'running')
    const ids = await real.submit(...limitedTo(3, many(4, waits)))
    const [beside = 0] = await real.submit(act({ act: 'none' }))
    await real.reaches(beside, 'succeeded')
    expect(await running(real, ids)).toBe(0)
    expect(reasonsIn(real.dir, ids)).toEqual(Array(4).fill('group-full'))
    await real.engine.setGroup('narrow', { parallel_limit: 2 })
    await real.until(async () => (await running(real, ids)) === 1, 'one to run')
    await real.engine.setGroup('narrow', { parallel_limit: null, paused: true })
    writeFileSync(real.path('gate'), '')
    await real.until(async () => (await running(real, ids)) === 0, 'none to run')
    const left = ids.slice(1)
    expect(await real.states(left)).toEqual(['queued', 'queued', 'queued'])
    expect(reasonsIn(real.dir, left)).toEqual(Array(3).fill('group-paused'))
    await real.engine.whenIdle()
    await real.engine.setGroup('narrow', { paused: false })
    for (const id of ids) await real.reaches(id, 'succeeded')
  })

  test('counts the jobs of each submission on their own, and takes a group again whose jobs have ended', async () => {
    const real = await openEngine({ concurrency: 4 })
    const waits = (gate: string): JobSpec => act({ act: 'wait-for', path: real.path(gate) })
    const groups = (): string[] => real.engine.groups().map(({ group }) => group.name)
    const first = await real.submit(...limitedTo(1, many(2, waits('first'))))
    const [second] = await Promise.all([
      real.submit(...limitedTo(2, many(3, waits('second')))),
      real.submit(...limitedTo(1, many(1, waits('second')))),
    ])
    await real.until(async () => (await running(real, second)) === 2, 'two of the second to run')
    expect(await running(real, first)).toBe(1)
    const names = ['default', 'default · sweep', 'default · sweep #2', 'default · sweep #3']
    expect(groups()).toEqual(names)
    await real.engine.setGroup('default · sweep', { paused: true })
    writeFileSync(real.path('first'), '')
    writeFileSync(real.path('second'), '')
    for (const id of second) await real.reaches(id, 'succeeded')
    await real.engine.setGroup('default · sweep #2', { paused: true })
    // The first one still has a job, which waits.
    const third = await real.submit(...limitedTo(1, many(2, waits('second'))))
    for (const id of third) await real.reaches(id, 'succeeded')
    expect(groups()).toEqual(names)
  })

  test('holds after Jobyard was opened again', async () => {
    const first = await openEngine({ concurrency: 4, start: false })
    const waits = act({ act: 'wait-for', path: first.path('gate') })
    const ids = await first.submit(...limitedTo(2, many(5, waits)))
    await first.close()
    const second = await openEngine({ concurrency: 4, dir: first.dir })
    const [last = 0] = await second.submit(waits)
    await second.reaches(last, 'running')
    await second.until(async () => (await running(second, ids)) === 2, 'two to run')
    writeFileSync(first.path('gate'), '')
    for (const id of ids) await second.reaches(id, 'succeeded')
  })
})

describe('the number of the slot', () => {
  test('is another one for each job that runs, from 1 to as many as run at a time', async () => {
    const real = await openEngine({ concurrency: 4 })
    const line = `echo {%} >> ${real.path('slots')}; while [ ! -e ${real.path('gate')} ]; do sleep 0.02; done`
    const slot_mark = '{%}'
    const jobs = many(6, shell(line, { slot_mark, env: { GPU: '{%}' } }))
    const ids = await real.submit(...limitedTo(2, jobs))
    await real.until(() => real.lines('slots').length === 2, 'two to run')
    expect(real.lines('slots').sort()).toEqual(['1', '2'])
    writeFileSync(real.path('gate'), '')
    for (const id of ids) await real.reaches(id, 'succeeded')
    expect(new Set(real.lines('slots'))).toEqual(new Set(['1', '2']))
    const [env = 0] = await real.submit(shell('echo "$GPU"', { slot_mark, env: { GPU: 'gpu{%}' } }))
    await real.reaches(env, 'succeeded')
    expect(String(await real.output(env))).toBe('gpu1\n')
  })
})
