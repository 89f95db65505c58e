import { missingCase } from '../../../shared/errors.ts'
import type { JobVerb } from '../../../shared/ipc.ts'
import type { JobState } from '../../../shared/job.ts'

/** What can be done with a job now: the verb one most likely wants first. */
export function verbsOf(state: JobState): readonly JobVerb[] {
  switch (state) {
    case 'held':
      return ['release', 'cancel']
    case 'blocked':
    case 'scheduled':
    case 'retrying':
    case 'queued':
      return ['hold', 'cancel']
    case 'running':
      return ['cancel', 'suspend', 'cancel-now']
    case 'suspended':
      return ['resume', 'cancel', 'cancel-now']
    case 'stopping':
      return ['cancel-now']
    case 'interrupted':
      return ['requeue', 'fail', 'cancel']
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'skipped':
      return ['retry', 'clear']
    default:
      return missingCase(state)
  }
}
