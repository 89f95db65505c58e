import { expect, test } from 'vitest'
import { JobDrop } from '../../../tests/fakes/job-drop.ts'
import { withFile } from './regular-file.ts'
import { readTextLines } from './text-lines.ts'

test('lines that are no text are told by their numbers, and those around them are read', () => {
  const lines = Array.from({ length: 30_000 }, (_, index) => Buffer.from(`line ${index} \u00e4`))
  const bad = [0, 9_999, 10_000, 29_999]
  for (const index of bad) lines[index] = Buffer.from(`h\u00e4h ${index}`, 'latin1')
  const path = new JobDrop().write('a', Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])))
  const read = withFile(path, (file) => [...readTextLines(file)])
  expect(read.map(({ number }) => number)).toEqual(lines.map((_line, index) => index + 1))
  expect(read.filter(({ fault }) => fault !== null)).toEqual(
    bad.map((index) => ({
      number: index + 1,
      text: `h\ufffdh ${index}`,
      fault: expect.objectContaining({ code: 'ENCODING', line: index + 1, column: 2 }) as unknown,
    })),
  )
  for (const { number, text, fault } of read)
    if (fault === null) expect(text).toBe(`line ${number - 1} \u00e4`)
})

test('the mark at the start of a file is no part of its first line', () => {
  const path = new JobDrop().write('a', '\ufeffa\nb\r\n\nc')
  const texts = withFile(path, (file) => [...readTextLines(file)].map(({ text }) => text))
  expect(texts).toEqual(['a', 'b\r', '', 'c'])
})
