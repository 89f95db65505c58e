import { expect, test } from 'vitest'
import { KeyReader } from './shortcuts.ts'

const press = (key: string, more = {}) => ({ key, ctrl: false, alt: false, is_typing: false, ...more })

test('G and a letter go to a view, if the letter comes soon', () => {
  const reader = new KeyReader()
  expect(reader.read(press('g'), 0)).toBeNull()
  expect(reader.read(press('h'), 500)).toBe('go-history')
  expect(reader.read(press('g'), 1_000)).toBeNull()
  expect(reader.read(press('h'), 5_000)).toBeNull()
})

test('letters are text while one types, keys with Ctrl are not', () => {
  const reader = new KeyReader()
  expect(reader.read(press('p', { is_typing: true }), 0)).toBeNull()
  expect(reader.read(press('k', { is_typing: true, ctrl: true }), 0)).toBe('palette')
})

test('P after G does not pause the pool', () => {
  const reader = new KeyReader()
  reader.read(press('g'), 0)
  expect(reader.read(press('p'), 10)).toBeNull()
  expect(reader.read(press('p'), 20)).toBe('toggle-pool')
})
