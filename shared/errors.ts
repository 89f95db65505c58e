/**
 * The one error class of Jobyard. Codes are matched, messages are for people: each says what is wrong and what to do.
 * Errors are serialised once at each boundary (worker process, thread, API), because a thrown error loses its code there.
 */
export const ERROR_CODES = [
  // owner and data directory
  'DATA_DIR_OWNED', // another process owns this data directory; details.pid
  'DATA_DIR_UNUSABLE', // cannot be created, read or written
  'DATA_TOO_NEW', // written by a newer Jobyard
  'DATA_CORRUPT', // not a database, or a row that does not parse
  'STORE_FAILED', // the disk refused a write (full, read-only, I/O error)
  // engine
  'ENGINE_CLOSED', // submitted or asked after stop or close
  'ILLEGAL_TRANSITION', // a bug: refused and logged in production, thrown in tests
  'INVALID_ARGUMENT',
  'JOB_NOT_FOUND',
  'GROUP_NOT_FOUND',
  'ACTION_NOT_FOUND', // nothing to undo under this id, or its time is over
  'WRONG_STATE', // the verb does not apply to a job in this state
  'UNSUPPORTED_PLATFORM',
  'UNSUPPORTED_KIND', // the verb does not apply to jobs of this kind
  // workers
  'WORKER_INIT_FAILED',
  'WORKER_LOST',
  'PROTOCOL_ERROR', // a message that is not of the protocol
  // jobs (kept with an attempt)
  'SPAWN_FAILED',
  'MODULE_LOAD_FAILED',
  'MODULE_THREW',
  'RESULT_NOT_SERIALISABLE',
  'KILL_FAILED', // processes of the job are still there; details.pids
  // the owner's API
  'OWNER_LOST', // the connection to the owner broke
  'NOT_ALLOWED', // the caller is not who it must be, or asks for what it may not
  'UNKNOWN_ENDPOINT',
  'ABANDONED', // the caller took the question back
  'DROP_NOT_FOUND', // previewed too long ago, or queued already
  'DROP_CHANGED', // the files are not what the preview showed
  'DROP_HAS_FAULTS',
  'RECIPE_NOT_FOUND',
  'RECIPE_EXISTS', // another recipe has this name
  // command line
  'NOT_BUILT',
  'BAD_INPUT',
  'INTERNAL',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** What crosses a boundary in place of an error. `details` holds plain JSON values only. */
export interface SerialisedError {
  readonly code: ErrorCode
  readonly message: string
  readonly details?: Readonly<Record<string, unknown>>
}

export interface JobyardErrorOptions {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

export class JobyardError extends Error {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>> | undefined

  /** @param message one or two sentences for a person: what is wrong, what to do. */
  constructor(code: ErrorCode, message: string, options: JobyardErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'JobyardError'
    this.code = code
    this.details = options.details
  }
}

/** Turns whatever was thrown into what crosses a boundary. An error that is not ours gets the code INTERNAL. */
export function serialiseError(thrown: unknown): SerialisedError {
  if (thrown instanceof JobyardError) {
    return thrown.details === undefined
      ? { code: thrown.code, message: thrown.message }
      : { code: thrown.code, message: thrown.message, details: thrown.details }
  }
  return { code: 'INTERNAL', message: thrown instanceof Error ? thrown.message : String(thrown) }
}

/** The reverse of `serialiseError`, at the receiving side. */
export function deserialiseError(error: SerialisedError): JobyardError {
  return new JobyardError(
    error.code,
    error.message,
    error.details === undefined ? {} : { details: error.details },
  )
}

/** True where `thrown` is ours and has that code. */
export function hasCode(thrown: unknown, code: ErrorCode): thrown is JobyardError {
  return thrown instanceof JobyardError && thrown.code === code
}

/** For the `default` of an exhaustive switch: fails to compile when a case is missing, throws when data lied. */
export function missingCase(value: never): never {
  throw new JobyardError('INTERNAL', `Unexpected value ${JSON.stringify(value)}. This is a bug in Jobyard.`)
}
