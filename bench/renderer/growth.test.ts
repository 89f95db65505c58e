import { expect, test } from 'vitest'
import { growth } from './growth.ts'

test('what stays as it is does not grow, whatever lies between', () => {
  expect(growth([20, 20, 36, 4, 20, 20])).toBe(1)
})

test('the last third is held against the first', () => {
  expect(growth([10, 10, 20, 20, 30, 30])).toBe(3)
  expect(growth([10, 20, 25, 30])).toBe(3)
})

test('of fewer than three values nobody can tell', () => {
  expect(() => growth([1, 2])).toThrow('Three values')
})
