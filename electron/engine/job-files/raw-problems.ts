import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import type { ParsedFile, RawFault } from './source.ts'
import { pathText } from './spec-path.ts'
import { LineIndex } from './text.ts'

/**
 * Finds the lines of faults, and sorts them by place.
 * @param parsed null where all faults know their offset, because the text could not be parsed
 * @param first_line what the text's first line counts as
 */
export function placeFaults(
  file: string,
  text: string,
  faults: readonly RawFault[],
  parsed: Pick<ParsedFile, 'locate'> | null,
  first_line = 1,
): JobFileProblem[] {
  const sought = faults.filter((fault) => fault.offset === undefined)
  const loci = sought.map(({ path, at = 'value' }) => ({ path, at }))
  const found = loci.length === 0 || parsed === null ? [] : parsed.locate(loci)
  const offsets = new Map(sought.map((fault, index) => [fault, found[index] ?? 0]))
  const lines = new LineIndex(text)
  return faults
    .map((fault) => ({ fault, offset: fault.offset ?? offsets.get(fault) ?? 0 }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ fault, offset }) => {
      const { line, column } = lines.position(offset)
      return toProblem(file, fault, line + first_line - 1, column)
    })
}

function toProblem(file: string, fault: RawFault, line: number, column: number): JobFileProblem {
  const { code, message, found, expected } = fault
  return {
    file,
    line,
    column,
    path: pathText(fault.path),
    code,
    message,
    ...(found === undefined ? {} : { found }),
    ...(expected === undefined ? {} : { expected }),
  }
}
