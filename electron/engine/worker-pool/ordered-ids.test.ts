import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OrderedIds } from './ordered-ids.ts'

test('whatever is added and deleted, it holds what a set would, in the order in which it came', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1_000 }), { maxLength: 2_000, size: 'max' }), (picks) => {
      const ids = new OrderedIds()
      const set = new Set<number>()
      for (const [index, pick] of picks.entries()) {
        ids.add(index)
        set.add(index)
        // Mostly the oldest, sometimes any, sometimes one that is not there.
        const id = pick < 600 ? ([...set][0] ?? -1) : pick < 800 ? index - (pick % 50) : null
        if (id !== null) expect(ids.delete(id)).toBe(set.delete(id))
        expect([ids.size, ids.first]).toEqual([set.size, [...set][0]])
      }
      expect([...ids]).toEqual([...set])
      ids.clear()
      expect([...ids]).toEqual([])
    }),
    { numRuns: 20 },
  )
})
