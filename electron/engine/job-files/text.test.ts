import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeText, LineIndex } from './text.ts'

test('UTF-8 is read with and without a byte order mark', () => {
  expect(decodeText(Buffer.from('häh?'))).toBe('häh?')
  expect(decodeText(Buffer.from('\ufeffhäh?'))).toBe('häh?')
})

test.each([
  ['UTF-16', Buffer.from('\ufeffa: 1', 'utf16le')],
  ['UTF-16', Buffer.from('\ufeffa: 1', 'utf16le').swap16()],
  ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])],
  ['UTF-32', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61])],
])('a file in %s is told to be that', (encoding, bytes) => {
  expect(decodeText(bytes)).toMatchObject({ code: 'ENCODING', line: 1, column: 1 })
  expect(decodeText(bytes)).toHaveProperty('message', `This file is ${encoding}. Save it as UTF-8.`)
})

test('bytes that are not UTF-8 are found in their line and column', () => {
  const bytes = Buffer.concat([Buffer.from('a\nüb'), Buffer.from([0xff]), Buffer.from('c\n')])
  expect(decodeText(bytes)).toMatchObject({ code: 'ENCODING', line: 2, column: 3 })
  expect(decodeText(Buffer.from([0xc3]))).toMatchObject({ code: 'ENCODING', line: 1, column: 1 })
})

test('a NUL character is found in its line and column', () => {
  expect(decodeText(Buffer.from('a\r\nbc\0d'))).toMatchObject({ code: 'NUL_BYTE', line: 2, column: 3 })
})

test('line and column of an offset are those that an editor shows', () => {
  const text = 'ab\n\nüx'
  const lines = new LineIndex(text)
  expect([0, 1, 2, 3, 4, 5, 6].map((offset) => lines.position(offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 2 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
    { line: 3, column: 1 },
    { line: 3, column: 2 },
    { line: 3, column: 3 },
  ])
  expect(lines.position(99)).toEqual({ line: 3, column: 3 })
  expect(lines.position(-1)).toEqual({ line: 1, column: 1 })
})

test('whatever the bytes, they are text or a fault with a place inside them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
      const decoded = decodeText(Buffer.from(raw))
      if (typeof decoded === 'string') return
      expect(decoded.line).toBeLessThanOrEqual(raw.filter((byte) => byte === 10).length + 1)
      expect(decoded.column).toBeLessThanOrEqual(raw.length + 1)
    }),
  )
})
