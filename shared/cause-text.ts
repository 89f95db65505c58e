import { missingCase } from './errors.ts'
import type { Cause } from './job.ts'

/**
 * How a job or an attempt ended, in a few words.
 * @param signal null where it is not known
 */
export function causeText(cause: Cause, exit_code: number | null, signal: string | null = null): string {
  switch (cause) {
    case 'exit':
      return exit_code === null ? 'ended' : `exit code ${exit_code}`
    case 'exception':
      return 'threw an error'
    case 'signal':
      return signal === null ? 'ended by a signal' : `ended by ${signal}`
    case 'timeout':
      return 'timed out'
    case 'memory':
      return 'over its memory limit'
    case 'spawn-error':
      return 'could not be started'
    case 'worker-lost':
      return 'its worker process died'
    case 'app-crash':
      return 'Jobyard died'
    case 'power-loss':
      return 'the machine went down'
    case 'dependency':
      return 'a job it needs did not end as it must'
    case 'user':
      return 'stopped by a person'
    case 'halt':
      return 'stopped with the others of its sweep'
    default:
      return missingCase(cause)
  }
}
