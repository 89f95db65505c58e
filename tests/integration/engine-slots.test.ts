/** Jobs that take more than one place of the pool and of their group. */
import { expect, test } from 'vitest'
import { openHistory } from '../../electron/engine/store/history.ts'
import type { JobSpec } from '../../shared/job-spec.ts'
import type { RealEngine } from './real-engine.ts'
import { act, openEngine, shell } from './real-engine.ts'

/** The most places that jobs took at once, by the lines that act.mjs wrote. */
function mostPlaces(lines: readonly string[], slots: ReadonlyMap<number, number>): number {
  let taken = 0
  let most = 0
  for (const line of lines) {
    const [what, id] = line.split(' ')
    taken += (slots.get(Number(id)) ?? 0) * (what === 'start' ? 1 : -1)
    most = Math.max(most, taken)
  }
  return most
}

function started(real: RealEngine, file: string): number[] {
  const starts = real.lines(file).filter((line) => line.startsWith('start'))
  return starts.map((line) => Number(line.split(' ')[1]))
}

function waits(real: RealEngine, gate: string, more: Partial<JobSpec> = {}): JobSpec {
  return act({ act: 'wait-for', path: real.path(gate), file: real.path('runs') }, more)
}

function reason(real: RealEngine, job_id: number): string | null {
  const history = openHistory(real.dir)
  const found = history.show(job_id)
  history.close()
  return found?.wait_reason ?? null
}

test('jobs never take more places together than the pool has, whatever each of them takes', async () => {
  const real = await openEngine({ concurrency: 4 })
  const file = real.path('runs')
  const specs = Array.from({ length: 120 }, (_, index) =>
    act({ act: 'wait', ms: index % 3, file }, { slots: (index % 5) + 1, group: `g${index % 3}` }),
  )
  const ids = await real.submit(...specs)
  await real.engine.whenIdle()
  const slots = new Map(ids.map((id, index) => [id, Math.min(4, specs[index]?.slots ?? 1)]))
  expect(mostPlaces(real.lines('runs'), slots)).toBe(4)
  expect(started(real, 'runs').sort((a, b) => a - b)).toEqual(ids)
})

test('a job that asks for more places than there are takes all of them, and runs alone', async () => {
  const real = await openEngine({ concurrency: 2 })
  const file = real.path('runs')
  const more = { act: 'wait', ms: 30, file }
  const ids = await real.submit(act(more), act(more, { slots: 100 }), act(more), act(more))
  await real.engine.whenIdle()
  expect(mostPlaces(real.lines('runs'), new Map(ids.map((id, index) => [id, index === 1 ? 2 : 1])))).toBe(2)
  expect(await real.states(ids)).toEqual(ids.map(() => 'succeeded'))
})

test('small jobs behind a large one do not take the room it waits for', async () => {
  const real = await openEngine({ concurrency: 2 })
  const file = real.path('runs')
  const [first = 0, second = 0] = await real.submit(waits(real, 'one'), waits(real, 'two'))
  for (const id of [first, second]) await real.reaches(id, 'running')
  const [large = 0, ...small] = await real.submit(
    waits(real, 'three', { slots: 2 }),
    ...Array.from({ length: 20 }, (_, index) => act({ act: 'none', file }, { group: `g${index % 2}` })),
  )
  real.file('one', '')
  await real.reaches(first, 'succeeded')
  expect(reason(real, large)).toBe('no-slot')
  expect(await real.states(small)).toEqual(small.map(() => 'queued'))
  real.file('two', '')
  await real.reaches(large, 'running')
  real.file('three', '')
  await real.engine.whenIdle()
  expect(started(real, 'runs').slice(0, 3)).toEqual([first, second, large])
  expect(await real.states(small)).toEqual(small.map(() => 'succeeded'))
})

test('a large job that its group has no room for keeps back its group, and no other', async () => {
  const real = await openEngine({ concurrency: 4 })
  await real.engine.setGroup('narrow', { parallel_limit: 2 })
  const narrow = { group: 'narrow' }
  const [first = 0, large = 0, small = 0] = await real.submit(
    waits(real, 'gate', narrow),
    shell('true', { ...narrow, slots: 2 }),
    shell('true', narrow),
  )
  await real.reaches(first, 'running')
  await real.run(shell('true'))
  expect([large, small].map((id) => reason(real, id))).toEqual(['group-full', 'no-slot'])
  expect(await real.states([large, small])).toEqual(['queued', 'queued'])
  real.file('gate', '')
  await real.reaches(small, 'succeeded')
  const pages = await Promise.all([large, small].map((id) => real.page(id)))
  const [ofLarge = 0, ofSmall = 0] = pages.map(({ attempts }) => attempts[0]?.id ?? 0)
  expect(ofLarge).toBeLessThan(ofSmall)
})

test('small jobs of another group within the same one do not take the room it waits for either', async () => {
  const real = await openEngine({ concurrency: 4 })
  const outer = await real.engine.setGroup('outer', { parallel_limit: 2 })
  for (const name of ['a', 'b']) await real.engine.setGroup(name, { parallel_limit: 3, parent_id: outer.id })
  const [first = 0, second = 0] = await real.submit(
    waits(real, 'one', { group: 'b' }),
    waits(real, 'two', { group: 'b' }),
  )
  for (const id of [first, second]) await real.reaches(id, 'running')
  const [large = 0, small = 0, other = 0] = await real.submit(
    waits(real, 'three', { group: 'a', slots: 2 }),
    shell('true', { group: 'b' }),
    shell('true'),
  )
  real.file('one', '')
  await real.reaches(first, 'succeeded')
  await real.reaches(other, 'succeeded')
  await real.run(shell('true'))
  expect(await real.states([large, small])).toEqual(['queued', 'queued'])
  real.file('two', '')
  await real.reaches(large, 'running')
  real.file('three', '')
  await real.reaches(small, 'succeeded')
})

test('a large job waits only as long as a pool or a group that is made larger has no room for it', async () => {
  const real = await openEngine({ concurrency: 1 })
  const [first = 0] = await real.submit(waits(real, 'gate'))
  await real.reaches(first, 'running')
  const large = await real.submitOne(waits(real, 'gate', { slots: 2 }))
  await real.engine.setConcurrency(3)
  await real.reaches(large, 'running')
  expect(real.engine.groups()[0]?.active).toBe(3)
  real.file('gate', '')
  await real.engine.whenIdle()
  expect(real.engine.groups()[0]?.active).toBe(0)
})
