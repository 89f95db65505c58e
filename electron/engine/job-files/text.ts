import { isUtf8 } from 'node:buffer'
import type { ProblemCode } from '../../../shared/job-file-problem.ts'

/** Bytes that are no text of ours, and where. Lines and columns count from 1. */
export interface TextFault {
  readonly code: ProblemCode
  readonly message: string
  readonly line: number
  readonly column: number
}

const LF = 10

/** The length of the UTF-8 byte order mark, where there is one. */
export function bomLength(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
}

/** The name of a Unicode encoding that a byte order mark tells and that we do not read, or null. */
export function foreignEncoding(bytes: Buffer): string | null {
  const [a, b, c, d] = bytes
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length % 4 === 0 ? 'UTF-32' : 'UTF-16'
  if (a === 0xfe && b === 0xff) return 'UTF-16'
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32'
  return null
}

/** @returns the text without a byte order mark, or why it is none */
export function decodeText(bytes: Buffer): string | TextFault {
  const foreign = foreignEncoding(bytes)
  if (foreign !== null) return foreignFault(foreign)
  const body = bytes.subarray(bomLength(bytes))
  if (!isUtf8(body)) return invalidFault(body)
  const nul = body.indexOf(0)
  if (nul >= 0) return nulFault(body, nul)
  return body.toString('utf8')
}

function foreignFault(encoding: string): TextFault {
  return {
    code: 'ENCODING',
    message: `This file is ${encoding}. Save it as UTF-8.`,
    line: 1,
    column: 1,
  }
}

function invalidFault(bytes: Buffer): TextFault {
  let line = 1
  for (let from = 0; ; line += 1) {
    const found = bytes.indexOf(LF, from)
    const to = found < 0 ? bytes.length : found
    // A line feed is never part of another character, so one of the lines is invalid by itself.
    if (!isUtf8(bytes.subarray(from, to)) || found < 0) {
      return {
        code: 'ENCODING',
        message: 'This is not UTF-8. Save the file as UTF-8; is it text at all?',
        line,
        column: validChars(bytes.subarray(from, to)) + 1,
      }
    }
    from = to + 1
  }
}

/** How many UTF-16 units of the line are valid before the first byte that is not. */
function validChars(line: Buffer): number {
  const text = line.toString('utf8')
  const at = text.indexOf('\ufffd')
  return Math.max(at, 0)
}

function nulFault(bytes: Buffer, at: number): TextFault {
  const before = bytes.subarray(0, at).toString('utf8')
  const line_start = before.lastIndexOf('\n') + 1
  return {
    code: 'NUL_BYTE',
    message: 'This is a NUL character, which no job file may hold. Is it text at all?',
    line: countLines(before),
    column: before.length - line_start + 1,
  }
}

function countLines(text: string): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}

/** Finds line and column of an offset. */
export class LineIndex {
  readonly #length: number
  readonly #starts: number[] = [0]

  constructor(text: string) {
    this.#length = text.length
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  /** @param offset in UTF-16 units; beyond the text counts as its end */
  position(offset: number): { readonly line: number; readonly column: number } {
    const at = Math.min(Math.max(offset, 0), this.#length)
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] ?? 0) <= at) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: at - (this.#starts[low] ?? 0) + 1 }
  }
}
