import { setImmediate } from 'node:timers/promises'
import { JobyardError } from '../../../shared/errors.ts'

/** A long read: between its steps others have their turn, and it may be cancelled. */
export type Steps<T> = Generator<undefined, T, undefined>

export function abandoned(): JobyardError {
  return new JobyardError('ABANDONED', 'The question was taken back.')
}

/** @throws JobyardError ABANDONED where `isCancelled` says so */
export async function inSteps<T>(steps: Steps<T>, isCancelled: () => boolean): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (isCancelled()) throw abandoned()
    if (step.done === true) return step.value
    await setImmediate()
  }
}
