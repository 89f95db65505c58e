import { expect, test } from 'vitest'
import { Throughput, timeLeft } from './throughput.ts'

test('nothing is foretold before enough was seen', () => {
  const throughput = new Throughput()
  throughput.add(5, 1_000)
  expect(throughput.perSecond(1_500)).toBeNull()
  expect(throughput.perSecond(4_000)).toBeCloseTo(5 / 3)
})

test('the samples are always a minute, the last second at the end', () => {
  const throughput = new Throughput()
  throughput.add(2, 10_000)
  throughput.add(3, 12_400)
  const samples = throughput.samples(12_900)
  expect(samples.length).toBe(60)
  expect(samples.slice(-3)).toEqual([2, 0, 3])
})

test('what is older than a minute is forgotten', () => {
  const throughput = new Throughput()
  throughput.add(100, 0)
  expect(throughput.samples(61_000).every((count) => count === 0)).toBe(true)
})

test('without a rate, nobody knows how long it takes', () => {
  expect(timeLeft(10, 2)).toBe(5_000)
  expect(timeLeft(10, 0)).toBeNull()
  expect(timeLeft(0, 2)).toBeNull()
})
