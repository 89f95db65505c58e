import type { ErrorCode, SerialisedError } from '../../shared/errors.ts'
import { serialiseError } from '../../shared/errors.ts'

/** What to do about an error, where its own message does not say. Codes that are not here: the message is enough. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  OWNER_LOST: 'Jobyard reconnects by itself; try again when it has.',
  ENGINE_CLOSED: 'Jobyard is closing. Start it again to go on.',
  ACTION_NOT_FOUND: 'It was too long ago, or something else has changed since.',
  DROP_NOT_FOUND: 'Drop the files again.',
  DROP_CHANGED: 'Drop the files again to see what they say now.',
  STORE_FAILED: 'Look whether the disk is full or read-only.',
  INTERNAL: 'This is a fault of Jobyard. What you did was not carried out.',
}

/** An error as a person reads it: what happened, and what to do. */
export function describeError(thrown: unknown): { readonly text: string; readonly advice: string | null } {
  const { code, message } = isSerialised(thrown) ? thrown : serialiseError(thrown)
  return { text: message, advice: ADVICE[code] ?? null }
}

/** It came in a push, and has never been an Error here. */
function isSerialised(thrown: unknown): thrown is SerialisedError {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    !(thrown instanceof Error) &&
    'code' in thrown &&
    'message' in thrown &&
    typeof thrown.message === 'string'
  )
}
