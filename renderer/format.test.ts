import { expect, test } from 'vitest'
import {
  formatDuration,
  formatEstimate,
  formatRate,
  formatAgo,
  formatRelative,
  formatRunning,
  formatShortCount,
  plural,
} from './format.ts'

test('durations get coarser as they grow', () => {
  expect([45, 1_234, 12_900, 185_000, 3_720_000, 187_200_000].map(formatDuration)).toEqual([
    ...['45 ms', '1.2 s', '12 s', '3 m 05 s', '1 h 02 m', '2 d 04 h'],
  ])
})

test('a time that goes on has whole seconds, and is never negative', () => {
  expect(formatRunning(1_900)).toBe('1 s')
  expect(formatRunning(-50)).toBe('0 s')
})

test('estimates do not pretend to be exact', () => {
  expect([2_000, 22_000, 59_000, 250_000, 3_590_000, 7_900_000, 100_000_000].map(formatEstimate)).toEqual([
    ...['a moment', '20 s', '60 s', '4 min', '1 h', '2 h 10 min', '1 day'],
  ])
})

test('what was is told as a person would', () => {
  const now_ms = new Date(2026, 10, 27, 14, 0).getTime()
  expect(formatRelative(now_ms - 3_000, now_ms)).toBe('just now')
  expect(formatRelative(now_ms - 300_000, now_ms)).toBe('5 min ago')
  expect(formatRelative(now_ms + 45_000, now_ms)).toBe('in 45 s')
  expect(formatAgo(now_ms + 400, now_ms)).toBe('just now')
  expect(formatRelative(new Date(2026, 10, 26, 9, 5).getTime(), now_ms)).toBe('yesterday 09:05')
})

test('counts and rates are short', () => {
  expect([950, 12_340, 1_250_000].map(formatShortCount)).toEqual(['950', '12.3k', '1.3M'])
  expect([0, 0.001, 0.5, 3.25, 250].map(formatRate)).toEqual(['0/min', '4/h', '30/min', '3.3/s', '250/s'])
  expect([plural(1, 'job'), plural(1_204, 'job')]).toEqual(['1 job', '1,204 jobs'])
})
