import { SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import type { RunOrder } from '../../../shared/worker-protocol.ts'
import { splitSpecText } from '../store/spec-text.ts'
import type { ActiveAttempt } from './active-attempts.ts'

const NO_ENV: RunOrder['env'] = {}

/** What a worker is told to run for an attempt, as its spec says. */
export function toOrder({ attempt_id, job, spec }: ActiveAttempt): RunOrder {
  const { input_json } = splitSpecText(job.spec_json)
  return {
    attempt_id,
    job_id: job.id,
    number: job.attempts + 1,
    name: job.name,
    task: spec.task,
    cwd: spec.cwd,
    ...(input_json === null ? {} : { input_json }),
    env: spec.env ?? NO_ENV,
    stop: spec.stop ?? SPEC_DEFAULTS.stop,
    log_max_bytes: spec.log_max_bytes ?? SPEC_DEFAULTS.log_max_bytes,
    ...(spec.memory === undefined ? {} : { memory: spec.memory }),
  }
}
