import { expect, test } from 'vitest'
import { Settling } from './settling.ts'

const at = (size: number, mtime_ms = 0): { path: string; size: number; mtime_ms: number } => ({
  path: 'a.mov',
  size,
  mtime_ms,
})

test('a file has settled when its size and its time stood still for long enough, and is told once', () => {
  const settling = new Settling(1_000)
  settling.begin()
  expect(settling.see(at(1), 0)).toBe(false)
  expect(settling.see(at(2), 900)).toBe(false)
  expect(settling.see(at(2, 1), 1_800)).toBe(false)
  expect(settling.nextTime()).toBe(2_800)
  expect(settling.see(at(2, 1), 2_799)).toBe(false)
  expect(settling.see(at(2, 1), 2_800)).toBe(true)
  expect([settling.count, settling.nextTime()]).toEqual([0, null])
})

test('a clock that is set back lets nobody wait for the time it has lost', () => {
  const settling = new Settling(1_000)
  settling.begin()
  settling.see(at(1), 1_000_000)
  expect(settling.see(at(1), 500)).toBe(false)
  expect(settling.see(at(1), 1_500)).toBe(true)
})

test('what is not there any more is not waited for', () => {
  const settling = new Settling(1_000)
  settling.begin()
  settling.see(at(1), 0)
  settling.dropUnseen()
  expect(settling.count).toBe(1)
  settling.begin()
  settling.dropUnseen()
  expect(settling.count).toBe(0)
})
