import { expect, test } from 'vitest'
import {
  isSelected,
  movedFocus,
  NOTHING_SELECTED,
  rangeTo,
  selectAll,
  selectOne,
  selectRange,
  toggleOne,
} from './selection-model.ts'

test('a click selects one, Ctrl adds and takes away', () => {
  const one = selectOne(3, 30)
  const two = toggleOne(one, 5, 50)
  expect([...two.ids]).toEqual([30, 50])
  expect([...toggleOne(two, 3, 30).ids]).toEqual([50])
})

test('a range goes from the anchor in both directions, and the anchor stays', () => {
  const from = selectOne(5, 50)
  expect(rangeTo(from, 2)).toEqual({ first: 2, last: 5 })
  const range = selectRange(from, 8, [50, 60, 70, 80])
  expect(range.anchor).toBe(5)
  expect(rangeTo(range, 6)).toEqual({ first: 5, last: 6 })
})

test('all means every job, until one is picked', () => {
  const all = selectAll(NOTHING_SELECTED)
  expect(isSelected(all, 12_345)).toBe(true)
  expect(isSelected(toggleOne(all, 1, 10), 12_345)).toBe(false)
})

test('keys stay within the list', () => {
  const of = (key: string, focus: number) => movedFocus(focus, { key, page_rows: 10, row_count: 25 })
  expect(of('ArrowDown', -1)).toBe(0)
  expect(of('ArrowDown', 24)).toBe(24)
  expect(of('PageUp', 4)).toBe(0)
  expect(of('PageDown', 20)).toBe(24)
  expect(of('End', 0)).toBe(24)
  expect(of('x', 0)).toBeNull()
})
