import { isUtf8 } from 'node:buffer'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import { MAX_LINE_BYTES } from './limits.ts'
import { linesIn, readBlocks } from './line-reader.ts'
import type { RegularFile } from './regular-file.ts'
import { bomLength, decodeText, foreignEncoding } from './text.ts'

/** What is wrong with a line, but for the file. */
export type LineFault = Pick<JobFileProblem, 'line' | 'column' | 'code' | 'message'>

/** One line without its line feed. */
export interface TextLine {
  readonly number: number
  /** Where the line is none of ours, what can be read of it: empty where it is too long. */
  readonly text: string
  readonly fault: LineFault | null
}

/**
 * The lines of a file as text, in memory that does not depend on its size. Nothing comes after a NUL or UTF-16: what
 * follows is no better.
 * @throws FileFault
 */
export function* readTextLines(file: RegularFile): Generator<TextLine, void, undefined> {
  let number = 0
  for (const block of readBlocks(file)) {
    const text = block === null ? null : flawlessText(block, number === 0)
    if (text !== null) {
      for (let from = 0; from < text.length;) {
        const found = text.indexOf('\n', from)
        const end = found < 0 ? text.length : found
        number += 1
        yield { number, text: text.slice(from, end), fault: null }
        from = end + 1
      }
      continue
    }
    for (const bytes of linesIn(block)) {
      number += 1
      const line = textLine(bytes, number)
      yield line
      const isForeign = number === 1 && bytes !== null && foreignEncoding(bytes) !== null
      if (isForeign || line.fault?.code === 'NUL_BYTE') return
    }
  }
}

/** Many lines at a time, as nearly all are: to look at each takes several times as long. @returns null where one may have a fault */
function flawlessText(block: Buffer, isFirst: boolean): string | null {
  if (block.length > MAX_LINE_BYTES || (isFirst && bomLength(block) > 0)) return null
  return isUtf8(block) && !block.includes(0) ? block.toString('utf8') : null
}

function textLine(bytes: Buffer | null, number: number): TextLine {
  if (bytes === null) {
    const message = `This line has more than ${MAX_LINE_BYTES} bytes. Put the data of the job into a file.`
    return { number, text: '', fault: { line: number, column: 1, code: 'TOO_LARGE', message } }
  }
  const foreign = number === 1 ? foreignEncoding(bytes) : null
  const body = number === 1 && foreign === null ? bytes.subarray(bomLength(bytes)) : bytes
  // A mark that is not at the start of the file is a character.
  if (foreign === null && isUtf8(body) && !body.includes(0)) {
    return { number, text: body.toString('utf8'), fault: null }
  }
  const decoded = decodeText(body)
  if (typeof decoded === 'string') return { number, text: decoded, fault: null }
  const { code, message, line, column } = decoded
  return {
    number,
    text: body.toString('utf8'),
    fault: { code, message, line: line + number - 1, column },
  }
}
