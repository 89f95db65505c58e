import { expect, test } from 'vitest'
import { formatByteSize, parseByteSize } from './byte-size.ts'

test.each([
  [4096, 4096],
  ['4096', 4096],
  ['16MiB', 16 * 1024 * 1024],
  ['500 kB', 500_000],
  ['1.5GB', 1_500_000_000],
  ['12b', 12],
  ['0', 0],
])('the size %s has %i bytes', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes)
})

test.each(['', 'MiB', '1 PiB', '-1', '1e3', '1.', '1  MiB', '9999999999 TiB', -1, Number.NaN, Infinity])(
  '%s is no size',
  (text) => {
    expect(parseByteSize(text)).toBeNull()
  },
)

test('sizes are written in the largest unit that fits, and can be read again', () => {
  expect([0, 1023, 1024, 1536, 16 * 2 ** 20, 3 * 2 ** 40].map(formatByteSize)).toEqual([
    '0 B',
    '1023 B',
    '1 KiB',
    '1.5 KiB',
    '16 MiB',
    '3 TiB',
  ])
  expect(parseByteSize(formatByteSize(1536))).toBe(1536)
})
