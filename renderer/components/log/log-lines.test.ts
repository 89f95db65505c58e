import { describe, expect, test } from 'vitest'
import type { LogStream } from '../../../shared/log-format.ts'
import { spansOf } from './ansi.ts'
import { LogLines } from './log-lines.ts'

const ESC = '\u001b'
const out = (text: string, at_ms = 0) => ({ stream: 'stdout' as const, at_ms, text })
const err = (text: string, at_ms = 0) => ({ stream: 'stderr' as const, at_ms, text })

function linesOf(...pieces: { stream: LogStream; at_ms: number; text: string }[][]) {
  const log = new LogLines()
  for (const piece of pieces) log.append(piece)
  return log.lines
}
const textsOf = (...chunks: { stream: LogStream; at_ms: number; text: string }[]) =>
  linesOf(...chunks.map((chunk) => [chunk])).map(({ text }) => text)

describe('lines', () => {
  test('are split at newlines and numbered from 1', () => {
    expect(linesOf([out('one\ntwo\n', 5)])).toEqual([
      { number: 1, stream: 'stdout', at_ms: 5, text: 'one', start_sgr: '' },
      { number: 2, stream: 'stdout', at_ms: 5, text: 'two', start_sgr: '' },
    ])
  })

  test('show before their end has come, and grow', () => {
    const log = new LogLines()
    log.append([out('par')])
    const before = log.lines
    expect(before.map(({ text }) => text)).toEqual(['par'])
    expect(log.append([out('tial\nnext\n')])).toBe(1)
    expect(log.lines.map(({ text }) => text)).toEqual(['partial', 'next'])
    expect(before.map(({ text }) => text)).toEqual(['par'])
  })

  test('that are empty are lines', () => {
    expect(textsOf(out('\n\na\n'))).toEqual(['', '', 'a'])
  })

  test('keep the time of their first byte', () => {
    expect(linesOf([out('a', 10)], [out('b\n', 20)])[0]).toMatchObject({ text: 'ab', at_ms: 10 })
  })

  test('of two streams that print into each other stay whole, each where it began', () => {
    const lines = linesOf([out('down'), err('warn: ')], [out('loading\n'), err('slow\n')])
    expect(lines.map(({ stream, text }) => `${stream} ${text}`)).toEqual([
      'stdout downloading',
      'stderr warn: slow',
    ])
  })

  test('say nothing has changed where nothing came', () => {
    const log = new LogLines()
    expect(log.append([])).toBeNull()
    expect(log.append([out('a\n')])).toBe(1)
    expect(log.append([out('')])).toBeNull()
  })

  test('tell the first that is another: a line that was open', () => {
    const log = new LogLines()
    log.append([out('a\nb')])
    expect(log.append([err('c\n')])).toBe(2)
    expect(log.append([out('b\nd\n')])).toBe(2)
  })

  test('over the limit are let go of at the start, and numbers stay', () => {
    const log = new LogLines(10)
    log.append([out(Array.from({ length: 11 }, (_, at) => `line ${at + 1}\n`).join(''))])
    expect(log.let_go).toBe(3)
    expect(log.lines[0]).toMatchObject({ number: 4, text: 'line 4' })
    log.append([out('more')])
    log.append([out(' and more\n')])
    expect(log.lines.at(-1)).toMatchObject({ number: 12, text: 'more and more' })
  })

  test('of a megabyte are split, between characters', () => {
    const text = '🚂'.repeat(300_000)
    const lines = linesOf([out(`x${text}\n`)])
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.map((line) => line.text).join('')).toBe(`x${text}`)
    for (const line of lines) expect(line.text.isWellFormed()).toBe(true)
  })
})

describe('a carriage return', () => {
  test('before a newline is part of it, also where a piece ends between them', () => {
    expect(textsOf(out('one\r\ntwo\r'), out('\nthree\r\n'))).toEqual(['one', 'two', 'three'])
  })

  test('overwrites: only the last state of a progress line stays', () => {
    expect(textsOf(out(' 1%\r 50%\r100%\n'))).toEqual(['100%'])
    expect(textsOf(out(' 1%'), out('\r 50%'), out('\r100%'), out('\r\n'))).toEqual(['100%'])
  })

  test('at the end keeps what stands there until something follows', () => {
    expect(textsOf(out('50%\r'))).toEqual(['50%'])
    expect(textsOf(out('50%\r'), out('60%\r'))).toEqual(['60%'])
    expect(textsOf(out('50%\r\r\n'))).toEqual(['50%'])
  })

  test('does not lose a colour that was set before it', () => {
    const [line] = linesOf([out(`${ESC}[32m10%\r20%\n`)])
    expect(line).toMatchObject({ text: '20%', start_sgr: `${ESC}[32m` })
  })
})

describe('colours', () => {
  test('go on in the next line of the same stream, not of the other', () => {
    const lines = linesOf([out(`${ESC}[1;31mred\n`), err('plain\n'), out(`still${ESC}[0m\nplain\n`)])
    expect(lines.map(({ start_sgr }) => start_sgr)).toEqual(['', '', `${ESC}[1;31m`, ''])
  })

  test('are read where a piece ends within a sequence', () => {
    const lines = linesOf([out(`a${ESC}[3`)], [out('1mb\n')])
    expect(lines[0]?.text).toBe(`a${ESC}[31mb`)
    expect(linesOf([out(`a${ESC}[3`)])[0]?.text).toBe('a')
  })

  test('become classes, others become values', () => {
    expect(spansOf(`${ESC}[1;31mred${ESC}[0m ${ESC}[38;5;208morange${ESC}[48;2;1;2;3mx`, '')).toEqual([
      { text: 'red', classes: 'ansi-bold ansi-fg-red', color: null, background: null },
      { text: ' ', classes: '', color: null, background: null },
      { text: 'orange', classes: '', color: '#ff8700', background: null },
      { text: 'x', classes: '', color: '#ff8700', background: '#010203' },
    ])
  })

  test('swap where they are reversed', () => {
    expect(spansOf(`${ESC}[7;32mok`, '')[0]?.classes).toBe('ansi-reverse ansi-fg-paper ansi-bg-green')
  })

  test('of every kind survive the way to the next line', () => {
    const sgr = `${ESC}[1;4;38;5;208;48;2;1;2;3m`
    const lines = linesOf([out(`${sgr}a\nb\n`)])
    expect(spansOf('b', lines[1]?.start_sgr ?? '')).toEqual(spansOf(`${sgr}b`, ''))
    const bright = linesOf([out(`${ESC}[93;102ma\nb\n`)])
    expect(bright[1]?.start_sgr).toBe(`${ESC}[93;102m`)
  })
})

describe('what is neither text nor colour', () => {
  test.each([
    ['a cursor that moves', `a${ESC}[2Kb${ESC}[1Ac`, 'abc'],
    ['a hidden cursor', `${ESC}[?25lmaking items${ESC}[?25h`, 'making items'],
    ['a title', `${ESC}]0;title\u0007text`, 'text'],
    ['a link', `${ESC}]8;;http://x.test/${ESC}\\here${ESC}]8;;${ESC}\\`, 'here'],
    ['a bell and a null', 'a\u0007b\u0000c', 'abc'],
    ['a spinner', '-\b\\\b|\bdone', 'done'],
    ['a character set', `${ESC}(Btext`, 'text'],
  ])('%s is taken out', (_what, raw, text) => {
    expect(textsOf(out(`${raw}\n`))).toEqual([text])
  })

  test('tabs stay', () => {
    expect(textsOf(out('a\tb\n'))).toEqual(['a\tb'])
  })
})
