import { expect, test } from 'vitest'
import { isNewEnough } from './node-finder.ts'

test.each([
  ['22.18.0', true],
  ['22.19.3', true],
  ['24.0.0', true],
  ['22.17.9', false],
  ['20.99.0', false],
  ['9.11.2', false],
  ['', false],
  ['nonsense', false],
])('Node %j is new enough: %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected)
})
