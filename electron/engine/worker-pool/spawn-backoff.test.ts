import { expect, test } from 'vitest'
import { SpawnBackoff } from './spawn-backoff.ts'

test('the first worker that dies is replaced at once, then the waits double up to half a minute', () => {
  const backoff = new SpawnBackoff()
  const waits = Array.from({ length: 12 }, () => backoff.failed())
  expect(waits.slice(0, 5)).toEqual([0, 100, 200, 400, 800])
  expect(waits.at(-1)).toBe(30_000)
})

test('a worker that comes up ends the waiting', () => {
  const backoff = new SpawnBackoff()
  backoff.failed()
  backoff.failed()
  backoff.succeeded()
  expect(backoff.failed()).toBe(0)
})
