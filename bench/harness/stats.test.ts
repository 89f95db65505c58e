import { expect, test } from 'vitest'
import { median, percentile, significant } from './stats.ts'

test('takes the middle value, and the mean of the middle two', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 2, 9])).toBe(3)
})

test('takes a percentile between neighbours', () => {
  expect(percentile([0, 10], 0.99)).toBeCloseTo(9.9)
  expect(percentile([7], 0.99)).toBe(7)
})

test('refuses to make a figure out of nothing', () => {
  expect(() => median([])).toThrow('No values')
})

test('rounds to four significant digits', () => {
  expect(significant(123_456)).toBe(123_500)
  expect(significant(0.123456)).toBe(0.1235)
})
