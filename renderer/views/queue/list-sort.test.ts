import { expect, test } from 'vitest'
import { ariaSort, nextSort, orderOf } from './list-sort.ts'

test('a column is sorted one way, the other way, and not any more', () => {
  const first = nextSort(null, 'name')
  expect(first).toEqual({ by: 'name', down: false })
  const second = nextSort(first, 'name')
  expect(second).toEqual({ by: 'name', down: true })
  expect(nextSort(second, 'name')).toBeNull()
})

test('another column begins anew, numbers and times with the largest', () => {
  expect(nextSort({ by: 'name', down: true }, 'duration')).toEqual({ by: 'duration', down: true })
  expect(nextSort({ by: 'name', down: true }, 'group')).toEqual({ by: 'group', down: false })
})

test('orders that the owner has at hand are asked for by their names', () => {
  expect(orderOf({ by: 'id', down: true }, false)).toBe('newest')
  expect(orderOf({ by: 'ended', down: true }, true)).toBe('ended')
  expect(orderOf({ by: 'ended', down: true }, false)).toEqual({ by: 'ended', down: true })
  expect(orderOf({ by: 'name', down: true }, true)).toEqual({ by: 'name', down: true })
})

test('only the sorted column says so', () => {
  expect(ariaSort({ by: 'name', down: true }, 'name')).toBe('descending')
  expect(ariaSort({ by: 'name', down: true }, 'group')).toBeUndefined()
})
