import { expect, test } from 'vitest'
import { revealRow } from './reveal-row.ts'

function scrolled(from: number, index: number): number {
  let offset = from
  const list = {
    getScrollOffset: () => offset,
    getViewportSize: () => 100,
    scrollTo: (to: number) => {
      offset = to
    },
  }
  revealRow(list, index, 20)
  return offset
}

test('a row in sight stays where it is, others come just into sight', () => {
  expect(scrolled(40, 2)).toBe(40)
  expect(scrolled(40, 6)).toBe(40)
  expect(scrolled(40, 7)).toBe(60)
  expect(scrolled(40, 1)).toBe(20)
  expect(scrolled(40, 0)).toBe(0)
})
