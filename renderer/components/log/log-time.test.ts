import { expect, test } from 'vitest'
import { lineTime } from './log-time.ts'

test('the time of day has milliseconds', () => {
  expect(lineTime('clock', new Date(2026, 10, 27, 9, 5, 3, 40).getTime(), 0)).toBe('09:05:03.040')
})

test.each([
  [1_234, '+1.234'],
  [61_000, '+1:01.000'],
  [3_723_004, '+1:02:03.004'],
  [-5, '+0.000'],
])('the time since the start of %i ms is %s', (ms, text) => {
  expect(lineTime('since-start', 1_000 + ms, 1_000)).toBe(text)
})

test('no times are wanted', () => {
  expect(lineTime('none', 1, 0)).toBeNull()
})
