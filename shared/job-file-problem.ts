/** What can be wrong with a job file. Codes are matched, messages are for people. */
export const PROBLEM_CODES = [
  // the file
  'NOT_FOUND', // nothing is there, or it vanished before it was read
  'UNREADABLE', // no permission, an I/O error
  'NOT_A_FILE', // a device, a pipe, a socket
  'NOT_A_JOB_FILE', // named explicitly, but nothing we know
  'NO_JOB_FILES', // a folder without any
  'FOLDER_LOOP', // a link to a folder that holds it
  'TOO_MANY_FILES',
  'TOO_LARGE',
  'CHANGED', // it grew, shrank or was written while it was read
  'EMPTY',
  'STORE_FAILED', // a script's content could not be stored
  // its text
  'ENCODING', // not UTF-8
  'NUL_BYTE',
  'SYNTAX',
  'TOO_DEEP',
  'TOO_COMPLEX', // aliases that multiply
  'DUPLICATE_KEY',
  'BAD_KEY', // a key that is no text, or is not allowed
  'UNKNOWN_ALIAS',
  'MANY_DOCUMENTS',
  // what it says
  'VERSION',
  'UNKNOWN_KEY',
  'MISSING',
  'INVALID',
  'CONFLICT', // two keys that exclude each other, or one without the other it needs
  'DUPLICATE_NAME',
  'UNKNOWN_NEED',
  'NEED_CYCLE',
  'NEED_LEFT_OUT', // needs a job that has a fault itself
  'TARGET_NOT_FOUND', // a module or script that is not there
  'BAD_TARGET', // a module or script that cannot be one
  'WRONG_PLATFORM',
  'BAD_EXPRESSION', // a ${{ }} that is not understood, or a value inside quotes
  'UNKNOWN_VALUE', // a ${{ }} that names nothing
  'NO_INPUTS', // no file matches, or nothing is left of a matrix
  // what was dropped on a recipe
  'NOT_ACCEPTED', // a file that it does not take
  'OUTPUT_TAKEN', // another job would write there, or it is the file itself
  'OUTPUT_FAILED', // the folder of the output could not be made
] as const
export type ProblemCode = (typeof PROBLEM_CODES)[number]

/** One fault of one job file. */
export interface JobFileProblem {
  /** Absolute path. */
  readonly file: string
  /** From 1; null where the fault is the whole file's. */
  readonly line: number | null
  /** From 1, in UTF-16 units as editors count; null like `line`. */
  readonly column: number | null
  /** Where it is inside the spec, like `jobs[3].retry.limit`; '' for the whole. */
  readonly path: string
  readonly code: ProblemCode
  /** One or two sentences; reads well alone and after `path`. */
  readonly message: string
  readonly found?: string
  readonly expected?: string
}
