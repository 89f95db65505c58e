import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pace } from './pace.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('what is asked for is done at once, and then once in each interval however often it is asked for', () => {
  const done_ms: number[] = []
  const start_ms = Date.now()
  const pace = new Pace(100, () => done_ms.push(Date.now() - start_ms))
  for (let asked = 0; asked < 25; asked += 1) {
    pace.ask()
    vi.advanceTimersByTime(10)
  }
  vi.advanceTimersByTime(1_000)
  expect(done_ms).toEqual([0, 100, 200, 300])
  pace.ask()
  expect(done_ms.at(-1)).toBe(1_250)
})

test('after it is closed nothing is done any more', () => {
  const done = { times: 0 }
  const pace = new Pace(100, () => (done.times += 1))
  pace.ask()
  pace.ask()
  pace.close()
  vi.advanceTimersByTime(1_000)
  expect(done.times).toBe(1)
})
