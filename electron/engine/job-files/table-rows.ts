import { Parser } from 'csv-parse'
import type { CsvError } from 'csv-parse'
import { formatByteSize } from '../../../shared/byte-size.ts'
import { MAX_LINE_BYTES } from './limits.ts'
import type { LineFault, TextLine } from './text-lines.ts'

/** How a table is written: RFC 4180, or with tabs, where quotes are for those who need them. */
export interface TableStyle {
  readonly delimiter: string
  /** A quote inside a cell without quotes is a fault. */
  readonly strict: boolean
}

/** One record of a table. */
export interface TableRow {
  /** Where it begins. It may have several lines. */
  readonly line: number
  readonly cells: readonly string[]
  /** As it is written, for the places of faults. */
  readonly raw: string
}

export type RowOrFault =
  { readonly kind: 'row'; readonly row: TableRow } | { readonly kind: 'fault'; readonly fault: LineFault }

/** Many a spreadsheet writes semicolons where the comma is for numbers. */
export function styleOf(syntax: 'csv' | 'tsv', first_line: string): TableStyle {
  if (syntax === 'tsv') return { delimiter: '\t', strict: false }
  const bare = first_line.replaceAll(/"[^"]*"/g, '')
  const delimiter = [',', ';', '\t'].find((candidate) => bare.includes(candidate)) ?? ','
  return { delimiter, strict: true }
}

/**
 * Makes rows of lines, one line at a time. A line that is a row by itself is split here, which takes a sixth of the time;
 * from the first one that is not, because a cell of it goes on in the next line or it has a fault, all go to the library.
 */
export class TableRows {
  readonly #parser: Parser
  #out: RowOrFault[] = []
  readonly #delimiter: string
  /** Lines that may belong to rows to come, and the offset in bytes at which each ends: the parser looks ahead. */
  #lines: { readonly number: number; readonly end: number }[] = []
  #fed_bytes = 0
  /** Where the row began that has a fault. */
  #spoiled_at = -1
  /** Lines that are no text: their rows are none either. */
  #bad_lines: number[] = []
  #open_chars = 0
  #broken = false

  constructor({ delimiter, strict }: TableStyle) {
    this.#delimiter = delimiter
    this.#parser = new Parser({
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: !strict,
      skip_records_with_error: true,
      raw: true,
      // Called while a line is written to it, so that nothing waits in the buffers of a stream.
      on_record: (record: unknown) => {
        this.#onRecord(record)
        return null
      },
      on_skip: (error, raw) => {
        if (error !== undefined) this.#onSkip(error, raw ?? '')
      },
    })
    // Every fault has been told by `on_skip`.
    this.#parser.on('error', () => undefined)
  }

  /** What follows cannot be told apart any more. */
  get isBroken(): boolean {
    return this.#broken
  }

  /** @returns what is complete with this line */
  feed(line: TextLine): readonly RowOrFault[] {
    const row = line.fault === null && this.#fed_bytes === 0 ? wholeRow(line, this.#delimiter) : null
    if (row !== null) return isEmpty(row) ? [] : [{ kind: 'row', row }]
    return this.#feedParser(line)
  }

  #feedParser({ number, text, fault }: TextLine): readonly RowOrFault[] {
    if (fault !== null) {
      this.#bad_lines.push(number)
      this.#out.push({ kind: 'fault', fault })
    }
    this.#open_chars += text.length + 1
    if (this.#open_chars > MAX_LINE_BYTES) {
      const message = `This row has more than ${formatByteSize(MAX_LINE_BYTES)}. Is a quote in it not closed?`
      this.#fault({ line: this.#lines[0]?.number ?? number, column: 1, code: 'TOO_LARGE', message })
      this.#broken = true
    } else {
      const bytes = Buffer.from(`${text}\n`)
      this.#fed_bytes += bytes.length
      this.#lines.push({ number, end: this.#fed_bytes })
      this.#parser.write(bytes)
    }
    return this.#taken()
  }

  /** @returns what the end of the file makes complete */
  end(): readonly RowOrFault[] {
    if (!this.#broken) this.#parser.end()
    return this.#taken()
  }

  #taken(): readonly RowOrFault[] {
    const out = this.#out
    if (out.length > 0) this.#out = []
    return out
  }

  #fault(fault: LineFault): void {
    this.#out.push({ kind: 'fault', fault })
  }

  #onRecord(record: unknown): void {
    if (!isRawRecord(record)) return
    const { record: cells, raw } = record
    const { bytes: end } = this.#parser.info
    // Of CRLF at its end, only the first half is in there.
    const line = this.#lineAt(end - Buffer.byteLength(raw) - (raw.endsWith('\r') ? 1 : 0))
    const last = this.#lineAt(end - 1)
    this.#lines = this.#lines.filter(({ number }) => number > last)
    this.#open_chars = 0
    const isBad = this.#bad_lines.some((bad) => bad >= line && bad <= last)
    this.#bad_lines = this.#bad_lines.filter((bad) => bad > last)
    if (!isBad && cells.some((cell) => cell !== ''))
      this.#out.push({ kind: 'row', row: { line, cells, raw } })
  }

  #onSkip({ code, column }: CsvError, raw: string): void {
    const before = cellOffset(raw, typeof column === 'number' ? column : 0, this.#delimiter) - 1
    // The parser has counted the bytes up to the end of the cell before, or of the row before.
    const start = this.#parser.info.bytes - Buffer.byteLength(raw.slice(0, Math.max(before, 0)))
    // Of one row, the first is enough.
    if (start === this.#spoiled_at) return
    this.#spoiled_at = start
    const line = this.#lineAt(start)
    const place = placeIn(raw, raw.length - 1, line)
    switch (code) {
      case 'CSV_QUOTE_NOT_CLOSED': {
        this.#broken = true
        const message = 'A quote is opened in this row, and not closed before the end of the file.'
        this.#fault({ line, column: 1, code: 'SYNTAX', message })
        return
      }
      case 'CSV_INVALID_CLOSING_QUOTE': {
        this.#broken = true
        const message =
          'After the quote that ends a cell, the next cell or the end of the row has to come. Write a quote inside a cell twice: "". What follows was not read.'
        this.#fault({ ...place, code: 'SYNTAX', message })
        return
      }
      default: {
        this.#open_chars = 0
        const message =
          'A quote stands inside a cell that has none around it. Put the cell into quotes, and write those inside it twice: "".'
        this.#fault({ ...place, code: 'SYNTAX', message })
      }
    }
  }

  #lineAt(byte: number): number {
    return this.#lines.find(({ end }) => end > byte)?.number ?? 1
  }
}

interface RawRecord {
  readonly record: readonly string[]
  readonly raw: string
}

/** What the library hands over with its option `raw`. */
function isRawRecord(value: unknown): value is RawRecord {
  if (typeof value !== 'object' || value === null || !('record' in value) || !('raw' in value)) return false
  return Array.isArray(value.record) && typeof value.raw === 'string'
}

function isEmpty({ cells }: TableRow): boolean {
  return cells.every((cell) => cell === '')
}

/** @returns null where it takes more than this line to know its cells */
function wholeRow({ number, text }: TextLine, delimiter: string): TableRow | null {
  const raw = text.endsWith('\r') ? text.slice(0, -1) : text
  const cells = raw.includes('"') ? quotedCells(raw, delimiter) : raw.split(delimiter)
  return cells === null ? null : { line: number, cells, raw }
}

/** Cells without a quote in them, or in quotes with each quote inside written twice. */
function quotedCells(raw: string, delimiter: string): string[] | null {
  const cells: string[] = []
  for (let at = 0; ;) {
    const isQuoted = raw[at] === '"'
    const end = isQuoted ? endOfQuoted(raw, at) + 1 : endOfPlain(raw, at, delimiter)
    if (end > raw.length || (end < raw.length && raw[end] !== delimiter)) return null
    const cell = isQuoted ? raw.slice(at + 1, end - 1).replaceAll('""', '"') : raw.slice(at, end)
    if (!isQuoted && cell.includes('"')) return null
    cells.push(cell)
    if (end === raw.length) return cells
    at = end + 1
  }
}

function endOfPlain(raw: string, at: number, delimiter: string): number {
  const end = raw.indexOf(delimiter, at)
  return end < 0 ? raw.length : end
}

/** The place of a cell in its row. */
export function cellPlace(
  { raw, line }: TableRow,
  index: number,
  { delimiter }: TableStyle,
): { readonly line: number; readonly column: number } {
  return placeIn(raw, cellOffset(raw, index, delimiter), line)
}

function cellOffset(raw: string, index: number, delimiter: string): number {
  let at = 0
  for (let cell = 0; cell < index && at < raw.length; cell += 1) {
    const next = raw.indexOf(delimiter, raw[at] === '"' ? endOfQuoted(raw, at) : at)
    at = next < 0 ? raw.length : next + 1
  }
  return at
}

/** Where the quotes end that begin at `at`. */
function endOfQuoted(raw: string, at: number): number {
  let end = at + 1
  while (end < raw.length && (raw[end] !== '"' || raw[end + 1] === '"')) end += raw[end] === '"' ? 2 : 1
  return end
}

function placeIn(raw: string, at: number, line: number): { readonly line: number; readonly column: number } {
  const before = raw.slice(0, Math.max(at, 0))
  const breaks = before.split('\n').length - 1
  return { line: line + breaks, column: before.length - before.lastIndexOf('\n') }
}
