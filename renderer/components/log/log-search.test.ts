import { describe, expect, test } from 'vitest'
import { spansOf } from './ansi.ts'
import { LogLines } from './log-lines.ts'
import { LogSearch, MAX_MATCHES } from './log-search.ts'
import { markSpans } from './marked-spans.ts'

const ESC = '\u001b'
const lines = (text: string) => {
  const log = new LogLines()
  log.append([{ stream: 'stdout', at_ms: 0, text }])
  return log.lines
}

describe('a search in the log', () => {
  test('finds every place, without case', () => {
    const search = new LogSearch('error')
    expect(search.advance(lines('Error: an error\nfine\nERROR\n'), 100)).toBe(false)
    expect(search.matches).toEqual([
      { line_number: 1, start: 0 },
      { line_number: 1, start: 10 },
      { line_number: 3, start: 0 },
    ])
  })

  test('minds case where the text has a capital', () => {
    const search = new LogSearch('Error')
    search.advance(lines('Error: an error\n'), 100)
    expect(search.matches).toHaveLength(1)
  })

  test('looks through colours', () => {
    const search = new LogSearch('ab')
    search.advance(lines(`xa${ESC}[31mb\n`), 100)
    expect(search.matches).toEqual([{ line_number: 1, start: 1 }])
  })

  test('goes on where it stopped, and where a line has changed', () => {
    const log = new LogLines()
    const search = new LogSearch('a')
    log.append([{ stream: 'stdout', at_ms: 0, text: 'a\na\na\nb' }])
    expect(search.advance(log.lines, 2)).toBe(true)
    expect(search.matches).toHaveLength(2)
    expect(search.advance(log.lines, 2)).toBe(false)
    const first = log.append([{ stream: 'stdout', at_ms: 0, text: 'a\na' }])
    search.rewind(first ?? 0)
    search.advance(log.lines, 100)
    expect(search.matches.map(({ line_number }) => line_number)).toEqual([1, 2, 3, 4, 5])
  })

  test('stops counting at a bound', () => {
    const search = new LogSearch('e')
    expect(search.advance(lines('e'.repeat(MAX_MATCHES + 5)), 100)).toBe(false)
    expect(search.matches).toHaveLength(MAX_MATCHES)
    expect(search.is_full).toBe(true)
  })

  test('marks matches across spans', () => {
    const spans = markSpans(spansOf(`xa${ESC}[31mby ab`, ''), [1, 5], 2, 5)
    expect(spans.map(({ text, mark, classes }) => [text, mark, classes])).toEqual([
      ['x', 'none', ''],
      ['a', 'match', ''],
      ['b', 'match', 'ansi-fg-red'],
      ['y ', 'none', 'ansi-fg-red'],
      ['ab', 'current', 'ansi-fg-red'],
    ])
  })
})
