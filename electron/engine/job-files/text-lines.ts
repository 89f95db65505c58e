import { isUtf8 } from 'node:buffer'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import { MAX_LINE_BYTES } from './limits.ts'
import { readLines } from './line-reader.ts'
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
  for (const { number, bytes } of readLines(file)) {
    if (bytes === null) {
      const message = `This line has more than ${MAX_LINE_BYTES} bytes. Put the data of the job into a file.`
      yield { number, text: '', fault: { line: number, column: 1, code: 'TOO_LARGE', message } }
      continue
    }
    const foreign = number === 1 ? foreignEncoding(bytes) : null
    const body = number === 1 && foreign === null ? bytes.subarray(bomLength(bytes)) : bytes
    if (foreign === null && isUtf8(body) && !body.includes(0)) {
      yield { number, text: body.toString('utf8'), fault: null }
      continue
    }
    const fault = decodeText(body)
    if (typeof fault === 'string') continue
    const { code, message, line, column } = fault
    yield {
      number,
      text: body.toString('utf8'),
      fault: { code, message, line: line + number - 1, column },
    }
    if (code === 'NUL_BYTE' || foreign !== null) return
  }
}
