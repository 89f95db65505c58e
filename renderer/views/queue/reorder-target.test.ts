import { expect, test } from 'vitest'
import type { Job, JobBase } from '../../../shared/job.ts'
import { gapAt, movesBy, movesTo } from './reorder-target.ts'

const base: JobBase = {
  ...{ id: 0, submission_id: 1, name: 'a', kind: 'command', group: 'default', priority: 0 },
  ...{ position: 1, slots: 1, attempts: 0, queued_ms: 0 },
}
const waits = (id: number, group = 'default'): Job => ({ ...base, id, group, state: 'queued' })
const runs = (id: number): Job => ({ ...base, id, state: 'running', started_ms: 0 })

function listOf(...jobs: Job[]): (index: number) => Job | null {
  return (index) => jobs[index] ?? null
}

test('a job goes before the one below the gap, whatever runs above', () => {
  const list = listOf(runs(1), waits(2), waits(9))
  expect(movesTo(list, 1, [waits(9)])).toEqual([{ ids: [9], target: { to: 'before', job_id: 2 } }])
  expect(movesTo(list, 0, [waits(9)])).toEqual([{ ids: [9], target: { to: 'before', job_id: 2 } }])
})

test('at the end it goes after the last that stays', () => {
  const list = listOf(waits(9), waits(1), waits(2))
  expect(movesTo(list, 3, [waits(9)])).toEqual([{ ids: [9], target: { to: 'after', job_id: 2 } }])
})

test('each group goes next to its own: groups have orders of their own', () => {
  const list = listOf(waits(1, 'a'), waits(2, 'b'), waits(3, 'a'), waits(8, 'b'), waits(9, 'a'))
  expect(movesTo(list, 0, [waits(8, 'b'), waits(9, 'a')])).toEqual([
    { ids: [8], target: { to: 'before', job_id: 2 } },
    { ids: [9], target: { to: 'before', job_id: 1 } },
  ])
})

test('a group that has no other job that waits has nothing to move', () => {
  expect(movesTo(listOf(runs(1), waits(9)), 0, [waits(9)])).toEqual([])
  expect(movesTo(listOf(runs(1), waits(2)), 2, [runs(1)])).toEqual([])
})

test('a step leads over the next job of the same group', () => {
  const list = listOf(waits(1, 'a'), waits(2, 'b'), waits(9, 'a'), waits(4, 'a'))
  expect(movesBy(list, 'up', [waits(9, 'a')], [2])).toEqual([
    { ids: [9], target: { to: 'before', job_id: 1 } },
  ])
  expect(movesBy(list, 'down', [waits(9, 'a')], [2])).toEqual([
    { ids: [9], target: { to: 'after', job_id: 4 } },
  ])
})

test('the gap is the nearest, within the list', () => {
  expect(gapAt(15, 32, 10)).toBe(0)
  expect(gapAt(17, 32, 10)).toBe(1)
  expect(gapAt(9_999, 32, 10)).toBe(10)
})
