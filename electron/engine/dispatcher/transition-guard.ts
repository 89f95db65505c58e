import type { SerialisedError } from '../../../shared/errors.ts'
import { serialiseError } from '../../../shared/errors.ts'
import { missingCase } from '../../../shared/errors.ts'
import type { JobState } from '../../../shared/job.ts'
import type { JobEvent } from '../../../shared/job-state.ts'
import { assertLegal } from '../../../shared/job-state.ts'
import type { AttemptPhase } from './active-attempts.ts'

/** Says whether what was reported may happen to an attempt in this phase. */
export type TransitionGuard = (phase: AttemptPhase, event: JobEvent, to: JobState) => boolean

/**
 * An illegal transition is a bug of ours (or a job that talks to our worker protocol). In tests (`strict`) it throws;
 * in production it is refused, logged and survived.
 */
export function transitionGuard(strict: boolean, onFault: (fault: SerialisedError) => void): TransitionGuard {
  return (phase, event, to) => {
    try {
      assertLegal(stateOf(phase), event, to)
      return true
    } catch (error) {
      if (strict) throw error
      onFault(serialiseError(error))
      return false
    }
  }
}

function stateOf(phase: AttemptPhase): JobState {
  switch (phase) {
    case 'claiming':
    case 'handed':
      return 'queued'
    case 'running':
    case 'suspended':
    case 'stopping':
      return phase
    case 'over':
      return 'succeeded'
    default:
      return missingCase(phase)
  }
}
