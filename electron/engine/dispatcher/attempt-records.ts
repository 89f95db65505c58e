/** What is stored of attempts that say nothing of themselves. */
import type { SerialisedError } from '../../../shared/errors.ts'
import type { AttemptEnd, AttemptStart, ReadyJob } from '../store/store-records.ts'

/** Nothing was run. */
export function unrunEnd(start: AttemptStart, { message }: SerialisedError): AttemptEnd {
  return {
    start,
    started_stored: false,
    ended_ms: start.started_ms,
    cause: 'spawn-error',
    exit_code: null,
    signal: null,
    error: message,
    result: null,
    log: null,
    next: { state: 'failed' },
  }
}

export function newStart(
  attempt_id: number,
  job: ReadyJob,
  worker_id: number,
  started_ms: number,
  process: { readonly pid: number; readonly start: string | null } | null,
): AttemptStart {
  return {
    attempt_id,
    job_id: job.id,
    number: job.attempts + 1,
    worker_id,
    pid: process?.pid ?? null,
    process_start: process?.start ?? null,
    started_ms,
  }
}
