import { JobyardError } from '../../shared/errors.ts'
import type { SerialisedError } from '../../shared/errors.ts'

const MAX_MESSAGE_CHARS = 4_000
const MAX_STACK_CHARS = 4_000

/** What a job threw, as it is kept with the attempt: also where it threw no error, or one that resists being read. */
export function moduleError(thrown: unknown): SerialisedError {
  const { message, stack } = read(thrown)
  return {
    code: 'MODULE_THREW',
    message: message.slice(0, MAX_MESSAGE_CHARS),
    ...(stack === null ? {} : { details: { stack: stack.slice(0, MAX_STACK_CHARS) } }),
  }
}

/** Why the value a job returned cannot be its result. */
export function notSerialisable(error: unknown): SerialisedError {
  if (error instanceof JobyardError || (error instanceof Error && 'syscall' in error)) {
    return { code: 'STORE_FAILED', message: `The result could not be written: ${read(error).message}` }
  }
  const message = `The value the job returned cannot be kept: ${read(error).message.split('\n', 1)[0] ?? ''}. Return what JSON can hold.`
  return { code: 'RESULT_NOT_SERIALISABLE', message: message.slice(0, MAX_MESSAGE_CHARS) }
}

function read(thrown: unknown): { readonly message: string; readonly stack: string | null } {
  try {
    if (thrown instanceof Error) {
      const message = thrown.name === 'Error' ? thrown.message : `${thrown.name}: ${thrown.message}`
      return { message: message === '' ? 'Error without a message' : message, stack: thrown.stack ?? null }
    }
    if (typeof thrown === 'string') return { message: thrown, stack: null }
    const json: unknown = JSON.stringify(thrown)
    return { message: typeof json === 'string' ? json : String(thrown), stack: null }
  } catch {
    return { message: 'The job threw something that cannot be read.', stack: null }
  }
}
