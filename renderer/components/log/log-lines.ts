import { createAnsiSequenceParser } from 'ansi-sequence-parser'
import type { LogStream } from '../../../shared/log-format.ts'
import type { LogPiece } from '../../../shared/ipc.ts'
import { sgrOf } from './ansi.ts'
import { coloursOf, withoutColours, withoutControls } from './escapes.ts'

/** One line as it is shown. It never changes: a line that grows is replaced by another with the same number. */
export interface LogLine {
  /** Counts from 1, over all streams. */
  readonly number: number
  readonly stream: LogStream
  /** When its first byte arrived, epoch milliseconds. */
  readonly at_ms: number
  /** Without control characters, but for colours. */
  readonly text: string
  /** Colours that were on where it starts, as the sequence that sets them; empty: none. */
  readonly start_sgr: string
}

type LogChunk = LogPiece['chunks'][number]

/** A line longer than this goes on in a line of its own: a megabyte in one row helps nobody. */
const MAX_LINE_CHARS = 262_144
/** So many lines are kept; beyond, the first are let go of, a share at a time. */
const MAX_LINES = 1_000_000
const LET_GO_SHARE = 0.2

/** A line of one stream whose end has not come yet. */
interface OpenLine {
  readonly number: number
  readonly at_ms: number
  start_sgr: string
  /** As it came, from the last carriage return on. */
  raw: string
}

/**
 * Makes lines of what an attempt printed, piece by piece: a line begins where its first byte arrived, also where the other
 * stream prints in between; what a carriage return overwrites is gone; colours go on from line to line of a stream.
 */
export class LogLines {
  readonly #max_lines: number
  #lines: LogLine[] = []
  /** A copy for who asked; null: things have changed since. */
  #shown: readonly LogLine[] | null = null
  #let_go = 0
  #next_number = 1
  readonly #open = new Map<LogStream, OpenLine>()
  /** Colours that are on at the end of a stream's last line. */
  readonly #sgr = new Map<LogStream, string>()

  constructor(max_lines = MAX_LINES) {
    this.#max_lines = max_lines
  }

  /** In order; another array after each change, so that whoever holds one sees no change in it. */
  get lines(): readonly LogLine[] {
    this.#shown ??= this.#lines.slice()
    return this.#shown
  }

  /** Lines that are kept. */
  get length(): number {
    return this.#lines.length
  }

  /** Lines at the start that are not kept any more. */
  get let_go(): number {
    return this.#let_go
  }

  /** @returns the number of the first line that is new or another now; null: nothing has changed */
  append(chunks: readonly LogChunk[]): number | null {
    if (chunks.length === 0) return null
    const next = this.#next_number
    let first = next
    for (const open of this.#open.values()) first = Math.min(first, open.number)
    this.#shown = null
    for (const chunk of chunks) this.#take(chunk)
    for (const [stream, open] of this.#open) this.#show(stream, open)
    this.#trim()
    return this.#next_number === first ? null : first
  }

  #take({ stream, at_ms, text }: LogChunk): void {
    let from = 0
    while (from < text.length) {
      const newline = text.indexOf('\n', from)
      const to = newline === -1 ? text.length : newline
      let open = this.#open.get(stream) ?? this.#begin(stream, at_ms)
      grow(open, text.slice(from, to))
      while (open.raw.length > MAX_LINE_CHARS) open = this.#split(stream, open)
      if (newline !== -1) this.#close(stream, open)
      from = to + 1
    }
  }

  #begin(stream: LogStream, at_ms: number): OpenLine {
    const number = this.#next_number
    this.#next_number += 1
    const start_sgr = this.#sgr.get(stream) ?? ''
    const open: OpenLine = { number, at_ms, start_sgr, raw: '' }
    this.#open.set(stream, open)
    this.#lines.push({ number, stream, at_ms, text: '', start_sgr })
    return open
  }

  #close(stream: LogStream, open: OpenLine): void {
    const line = this.#show(stream, open)
    this.#open.delete(stream)
    this.#sgr.set(stream, sgrAfter(line.start_sgr, line.text))
  }

  /** @returns the line that goes on */
  #split(stream: LogStream, open: OpenLine): OpenLine {
    const cut = cutPoint(open.raw, MAX_LINE_CHARS)
    const rest = open.raw.slice(cut)
    open.raw = open.raw.slice(0, cut)
    this.#close(stream, open)
    const next = this.#begin(stream, open.at_ms)
    next.raw = rest
    return next
  }

  #show(stream: LogStream, open: OpenLine): LogLine {
    const { number, at_ms, start_sgr } = open
    const text = withoutControls(open.raw)
    const at = number - 1 - this.#let_go
    const shown = this.#lines[at]
    if (shown?.text === text && shown.start_sgr === start_sgr) return shown
    const line: LogLine = { number, stream, at_ms, text, start_sgr }
    if (at >= 0) this.#lines[at] = line
    return line
  }

  #trim(): void {
    if (this.#lines.length <= this.#max_lines) return
    const too_many = this.#lines.length - Math.ceil(this.#max_lines * (1 - LET_GO_SHARE))
    this.#lines = this.#lines.slice(too_many)
    this.#let_go += too_many
  }
}

/** What the line says, without colours. */
export function plainText(line: LogLine): string {
  return withoutColours(line.text)
}

/** Adds text, and throws away what a carriage return has overwritten. */
function grow(open: OpenLine, text: string): void {
  open.raw += text
  if (!open.raw.includes('\r')) return
  // A carriage return at the end overwrites nothing yet: what stands there stays until something follows.
  const cr = open.raw.lastIndexOf('\r', lastIndexNotCr(open.raw))
  if (cr === -1) return
  open.start_sgr = sgrAfter(open.start_sgr, withoutControls(open.raw.slice(0, cr)))
  open.raw = open.raw.slice(cr + 1)
}

function sgrAfter(start_sgr: string, text: string): string {
  const colours = coloursOf(text)
  if (colours === '') return start_sgr
  const parser = createAnsiSequenceParser()
  return sgrOf(parser.parse(`${start_sgr}${colours} `).at(-1))
}

function lastIndexNotCr(raw: string): number {
  let at = raw.length - 1
  while (at >= 0 && raw[at] === '\r') at -= 1
  return at
}

/** Neither in the middle of an escape sequence nor between the halves of a character. */
function cutPoint(raw: string, wanted: number): number {
  const escape = raw.lastIndexOf('\u001b', wanted)
  if (escape > 0 && wanted - escape < 32) return escape
  const code = raw.charCodeAt(wanted - 1)
  return code >= 0xd800 && code <= 0xdbff ? wanted - 1 : wanted
}
