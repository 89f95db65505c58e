import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Throttle } from './throttle.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('the first value passes at once, then the newest once in each interval', () => {
  const passed: number[] = []
  const throttle = new Throttle<number>(100, (value) => passed.push(value))
  throttle.offer(1)
  expect(passed).toEqual([1])
  throttle.offer(2)
  throttle.offer(3)
  vi.advanceTimersByTime(99)
  expect(passed).toEqual([1])
  vi.advanceTimersByTime(1)
  expect(passed).toEqual([1, 3])
  vi.advanceTimersByTime(1_000)
  throttle.offer(4)
  expect(passed).toEqual([1, 3, 4])
})

test('the last value is passed on by a flush, and only once', () => {
  const passed: number[] = []
  const throttle = new Throttle<number>(100, (value) => passed.push(value))
  throttle.offer(1)
  throttle.offer(2)
  throttle.flush()
  throttle.flush()
  vi.advanceTimersByTime(1_000)
  expect(passed).toEqual([1, 2])
})
