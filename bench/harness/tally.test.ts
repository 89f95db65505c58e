import { expect, test } from 'vitest'
import { interleave, Tally } from './tally.ts'

test('reports the median of each figure and the ratio of medians', () => {
  const tally = new Tally()
  for (const value of [300, 100, 200]) tally.add('jobyard', { jobs_per_s: value })
  for (const value of [50, 1000]) tally.add('plainjob', { jobs_per_s: value })
  expect(tally.figures()).toEqual({ jobyard: { jobs_per_s: 200 }, plainjob: { jobs_per_s: 525 } })
  expect(tally.ratio('jobs_per_s', 'jobyard', 'plainjob')).toBeCloseTo(200 / 525)
})

test('has no ratio to a contender that was not measured', () => {
  const tally = new Tally()
  tally.add('jobyard', { jobs_per_s: 1 })
  expect(tally.ratio('jobs_per_s', 'jobyard', 'bullmq')).toBeUndefined()
  expect(tally.ratio('latency_ms', 'jobyard', 'jobyard')).toBeUndefined()
})

test('runs one round even where the budget is nothing, and no more', async () => {
  let rounds = 0
  await interleave(new Tally(), { rounds: 5, budget_ms: 0 }, () => {
    rounds += 1
    return Promise.resolve()
  })
  expect(rounds).toBe(1)
})

test('runs all rounds where the budget allows them', async () => {
  const tally = new Tally()
  await interleave(tally, { rounds: 3, budget_ms: 60_000 }, (index) => {
    tally.add('own', { index })
    return Promise.resolve()
  })
  expect(tally.values('own', 'index')).toEqual([0, 1, 2])
  expect(tally.values('machine', 'canary_ms')).toHaveLength(3)
})
