import { expect, test } from 'vitest'
import { canReorder, effectiveOrder, NO_FILTER, toJobFilter } from './queue-filter.ts'

test('what has ended has no place in the order of claims', () => {
  expect(effectiveOrder({ ...NO_FILTER, states: ['failed'] })).toBe('ended')
  expect(effectiveOrder({ ...NO_FILTER, states: ['failed', 'queued'] })).toBe('newest')
  expect(effectiveOrder({ ...NO_FILTER, states: ['queued'] })).toBe('run')
})

test('jobs without an end are not ordered by it', () => {
  expect(effectiveOrder({ ...NO_FILTER, order: 'ended' })).toBe('newest')
})

test('what an action on all works on is what the list shows', () => {
  expect(toJobFilter(NO_FILTER).states).not.toContain('succeeded')
  expect(toJobFilter({ ...NO_FILTER, name: ' a ', group: 'g' })).toMatchObject({ name: 'a', group: 'g' })
})

test('only the order of claims can be changed', () => {
  expect(canReorder(NO_FILTER)).toBe(true)
  expect(canReorder({ ...NO_FILTER, order: 'newest' })).toBe(false)
})
