import { expect, test } from 'vitest'
import { emptySlots } from './empty-slots.ts'

test('a list of empty slots is as long as was asked for, and every slot is empty', () => {
  const slots = emptySlots(1_000_000)
  expect(slots.length).toBe(1_000_000)
  expect([slots[0], slots[999_999]]).toEqual([undefined, undefined])
  expect(emptySlots(0).length).toBe(0)
})
