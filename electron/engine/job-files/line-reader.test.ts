import { appendFileSync, truncateSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JobDrop } from '../../../tests/fakes/job-drop.ts'
import { MAX_LINE_BYTES } from './limits.ts'
import { readLines } from './line-reader.ts'
import { RegularFile } from './regular-file.ts'

function linesOf(path: string, between: () => void = () => undefined): (string | null)[] {
  const file = new RegularFile(path)
  const lines: (string | null)[] = []
  const numbers: number[] = []
  try {
    for (const { number, bytes } of readLines(file)) {
      numbers.push(number)
      lines.push(bytes?.toString('utf8') ?? null)
      between()
    }
  } finally {
    file.close()
  }
  expect(numbers).toEqual(lines.map((_line, index) => index + 1))
  return lines
}

test('lines end with a line feed, the last one may go without', () => {
  const drop = new JobDrop()
  expect(linesOf(drop.write('a', 'a\nb\r\n\nc'))).toEqual(['a', 'b\r', '', 'c'])
  expect(linesOf(drop.write('b', 'a\n'))).toEqual(['a'])
  expect(linesOf(drop.write('c', ''))).toEqual([])
})

test('a line of just the limit is read, a longer one is skipped, wherever chunks end', () => {
  const drop = new JobDrop()
  const fits = 'x'.repeat(MAX_LINE_BYTES)
  const content = ['short', fits, `${fits}y`, 'after', fits.repeat(5), 'last'].join('\n')
  expect(linesOf(drop.write('a', content))).toEqual(['short', fits, null, 'after', null, 'last'])
  expect(linesOf(drop.write('b', `a\n${fits}z`))).toEqual(['a', null])
})

test('lines of any length come out as they went in', () => {
  const drop = new JobDrop()
  const lengths = fc.array(fc.oneof(fc.nat(50), fc.nat(300_000), fc.constantFrom(65_535, 65_536, 65_537)), {
    minLength: 1,
    maxLength: 6,
  })
  fc.assert(
    fc.property(lengths, (wanted) => {
      const lines = wanted.map((length, index) => String(index).repeat(length))
      const read = linesOf(drop.write('a', `${lines.join('\n')}\n`))
      expect(read.map((line) => line?.length)).toEqual(lines.map((line) => line.length))
      expect(read.join('\n') === lines.join('\n')).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('a file that grows while it is read is a fault, and what came in is not read', () => {
  const path = new JobDrop().write('a', 'a\nb\n')
  expect(() =>
    linesOf(path, () => {
      appendFileSync(path, 'more\n')
    }),
  ).toThrow('changed while it was read')
})

test('a file that shrinks while it is read is a fault', () => {
  const path = new JobDrop().write('a', 'x\n'.repeat(1_000_000))
  let isWhole = true
  expect(() =>
    linesOf(path, () => {
      if (isWhole) truncateSync(path, 10)
      isWhole = false
    }),
  ).toThrow('changed while it was read')
})
