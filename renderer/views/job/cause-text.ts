import { causeText } from '../../../shared/cause-text.ts'
import type { Attempt, Job } from '../../../shared/job.ts'
import { overJob } from './over-job.ts'

/** Why a job ended or was interrupted; null where it did not, or where there is nothing to explain. */
export function jobCauseText(job: Job, attempts: readonly Attempt[]): string | null {
  const over = overJob(job)
  if (over === null || (over.state === 'succeeded' && over.cause === 'exit')) return null
  const exit_code = over.state === 'interrupted' ? null : over.exit_code
  return causeText(over.cause, exit_code, attempts.at(-1)?.signal ?? null)
}
