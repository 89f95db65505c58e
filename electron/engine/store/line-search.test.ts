import { expect, test } from 'vitest'
import { LineSearch } from './line-search.ts'

function search(text: string, pieces: readonly (string | Uint8Array)[]): string | null {
  const lines = new LineSearch(text)
  for (const piece of pieces) {
    const found = lines.add(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece)
    if (found !== null) return found
  }
  return lines.end()
}

test('the first line that holds the text is found, without case, whole', () => {
  expect(search('ERROR', ['one\ntwo: error 5\r\nan Error, too\n'])).toBe('two: error 5')
  expect(search('error', ['one\n', 'no newline: Error'])).toBe('no newline: Error')
  expect(search('error', ['one\ntwo\n'])).toBeNull()
  expect(search('two\nthree', ['two\nthree\n'])).toBeNull()
})

test('a line that comes in pieces is found, also where a letter is cut in two', () => {
  const bytes = new TextEncoder().encode('größer\n')
  expect(search('größer', [bytes.slice(0, 3), bytes.slice(3, 4), bytes.slice(4)])).toBe('größer')
  expect(search('needle', ['x nee', 'dle', ' y\n'])).toBe('x needle y')
})

test('colours do not count', () => {
  expect(search('build failed', ['\u001b[31mbuild \u001b[1mFAILED\u001b[0m at 5\n'])).toBe(
    'build FAILED at 5',
  )
})

test('a letter that is longer in lower case does not move the place', () => {
  expect(search('x=1', ['İİİİ\nİ x=1\n'])).toBe('İ x=1')
})

test('a long line is shortened around the text', () => {
  const found = search('needle', [`${'a'.repeat(1_000)}needle${'b'.repeat(1_000)}\n`])
  expect(found).toMatch(/^…a+needleb+…$/)
  expect(found).toHaveLength(302)
  expect(search('needle', [`needle${'b'.repeat(1_000)}\n`])).toMatch(/^needleb+…$/)
})

test('a line without end is searched as it comes, and does not gather in memory', () => {
  const lines = new LineSearch('needle')
  const chunk = new TextEncoder().encode('x'.repeat(100_000))
  for (let at = 0; at < 20; at += 1) expect(lines.add(chunk)).toBeNull()
  expect(lines.add(new TextEncoder().encode(`${'x'.repeat(65_530)}nee`))).toBeNull()
  expect(lines.add(new TextEncoder().encode('dle\n'))).toMatch(/needle$/)
})
