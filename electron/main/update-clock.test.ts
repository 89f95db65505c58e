import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { UpdateClock } from './update-clock.ts'

const HOUR_MS = 60 * 60 * 1_000

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('nothing is looked for in the first hour, and then once a day', () => {
  let looks = 0
  const clock = new UpdateClock({ mayLook: () => true, look: () => (looks += 1) })
  vi.advanceTimersByTime(HOUR_MS - 1)
  expect(looks).toBe(0)
  vi.advanceTimersByTime(1)
  expect(looks).toBe(1)
  vi.advanceTimersByTime(10 * 24 * HOUR_MS)
  expect(looks).toBe(11)
  clock.close()
  vi.advanceTimersByTime(10 * 24 * HOUR_MS)
  expect(looks).toBe(11)
})

test('nothing is looked for while the setting is off', () => {
  let [looks, may_look] = [0, false]
  const clock = new UpdateClock({ mayLook: () => may_look, look: () => (looks += 1) })
  vi.advanceTimersByTime(25 * HOUR_MS)
  expect(looks).toBe(0)
  may_look = true
  vi.advanceTimersByTime(24 * HOUR_MS)
  expect(looks).toBe(1)
  clock.close()
})
