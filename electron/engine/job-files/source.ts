import type { ProblemCode } from '../../../shared/job-file-problem.ts'
import type { Locus } from './locus.ts'
import type { SpecPath } from './spec-path.ts'

/** A fault of a file before its place in lines is known. */
export interface RawFault {
  readonly code: ProblemCode
  readonly path: SpecPath
  /** Where `path` leads to, unless `offset` says it. */
  readonly at?: 'key' | 'value'
  /** In UTF-16 units of the text. */
  readonly offset?: number
  readonly message: string
  readonly found?: string
  readonly expected?: string
}

export type OnFault = (make: () => RawFault) => void

/** A parsed file: its value, and where in the text each part of it is. */
export interface ParsedFile {
  /** What JSON.parse would give. */
  readonly value: unknown
  /** @returns the offset of each place, or of the nearest one above it */
  readonly locate: (loci: readonly Locus[]) => readonly number[]
  /** Where the item of the list `jobs` starts. */
  readonly jobOffset: (index: number) => number
  /** How a number or a boolean is written; null where that is not known or does not matter. */
  readonly writtenAs: (path: SpecPath) => string | null
}
