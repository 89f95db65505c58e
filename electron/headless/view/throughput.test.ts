import { expect, test } from 'vitest'
import { etaMs, Throughput } from './throughput.ts'

test('says nothing before it has seen a second and three ends', () => {
  const throughput = new Throughput()
  throughput.note(0, 0)
  expect(throughput.perSecond(900, 50)).toBeNull()
  expect(throughput.perSecond(2_000, 2)).toBeNull()
  expect(throughput.perSecond(2_000, 50)).toBe(25)
})

test('follows the last half minute only', () => {
  const throughput = new Throughput()
  for (let second = 0; second <= 60; second += 1) throughput.note(second * 1_000, second * 100)
  for (let second = 61; second <= 120; second += 1) throughput.note(second * 1_000, 6_000 + (second - 60))
  expect(throughput.perSecond(120_000, 6_060)).toBe(1)
})

test('looks back further where jobs are long, and slows down while nothing ends', () => {
  const throughput = new Throughput()
  for (let second = 0; second <= 600; second += 1) throughput.note(second * 1_000, Math.floor(second / 100))
  expect(throughput.perSecond(600_000, 6)).toBeCloseTo(0.01, 3)
  expect(throughput.perSecond(1_200_000, 6)).toBeLessThan(0.005)
})

test('the rest divided by the rate is when it will be through, unless all of the rest runs already', () => {
  expect([etaMs(30, 2, 2), etaMs(30, 2, null), etaMs(2, 2, 2), etaMs(0, 0, 2)]).toEqual([
    15_000,
    null,
    null,
    null,
  ])
})
