import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

test.each([
  ['90', 90_000],
  [90, 90_000],
  [0.25, 250],
  ['250ms', 250],
  ['1h30m', 5_400_000],
  ['1h 30m', 5_400_000],
  ['2d', 172_800_000],
  ['1w', 604_800_000],
  ['PT10S', 10_000],
  ['PT1H30M', 5_400_000],
  ['P1DT0.5S', 86_400_500],
  ['0', 0],
] as const)('reads %s as %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each([
  '',
  'soon',
  '10 parsecs',
  '-5',
  -5,
  'P',
  'PT',
  '5m5',
  'Infinity',
  1e300,
  Number.NaN,
  '11y',
  '600w',
])('refuses %s', (text) => {
  expect(parseDuration(text)).toBeNull()
})

test('shows a duration in two units at the most', () => {
  expect([45, 12_345, 185_000, 3_725_000, 200_000_000].map(formatDuration)).toEqual([
    '45ms',
    '12.3s',
    '3m 05s',
    '1h 02m',
    '2d 07h',
  ])
})
