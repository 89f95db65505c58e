import { expect, test } from 'vitest'
import { mergeDeltas } from './merge-delta.ts'

test('of each part the later one counts, and ends add up', () => {
  const merged = mergeDeltas(
    { now_ms: 1, running: [], ended: { count: 2, jobs: [] }, changed: { ids: [1, 2], more: false } },
    { now_ms: 2, ended: { count: 3, jobs: [] }, changed: { ids: [2, 3], more: false } },
  )
  expect(merged).toEqual({
    now_ms: 2,
    running: [],
    ended: { count: 5, jobs: [] },
    changed: { ids: [1, 2, 3], more: false },
  })
})

test('however many are merged, the ids are bounded and it is said that there are more', () => {
  const many = Array.from({ length: 900 }, (_, at) => at + 1)
  const { changed } = mergeDeltas({ now_ms: 1, changed: { ids: many, more: false } }, { now_ms: 2 })
  expect(changed?.ids.length).toBeLessThan(900)
  expect(changed?.more).toBe(true)
})
