import { expect, test } from 'vitest'
import { IdSequence } from './id-sequence.ts'

test('ids are consecutive and the mark on disk is always ahead of them', () => {
  let mark = 5
  const sequence = new IdSequence(5, { step: 10, write: (below) => (mark = below) })
  for (const count of [1, 3, 20, 1]) {
    const first = sequence.take(count)
    expect(first + count).toBeLessThanOrEqual(mark)
  }
  expect(sequence.next).toBe(30)
})

test('without a mark nothing is written', () => {
  const sequence = new IdSequence(1)
  expect([sequence.take(2), sequence.take(1), sequence.next]).toEqual([1, 3, 4])
})
