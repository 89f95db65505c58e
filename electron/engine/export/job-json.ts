import type { Attempt } from '../../../shared/job.ts'
import type { HistoryJob } from '../../../shared/status.ts'
import { formatTime, formatTimeOrNull } from './time-text.ts'

/** An element of `ls --json`. Keys are the same for every job; what its state does not have is null. */
export function listedJobJson({ job, wait_reason }: HistoryJob): Record<string, unknown> {
  return {
    id: job.id,
    name: job.name,
    kind: job.kind,
    state: job.state,
    wait_reason,
    cause: 'cause' in job ? job.cause : null,
    exit_code: 'exit_code' in job ? job.exit_code : null,
    group: job.group,
    priority: job.priority,
    attempts: job.attempts,
    queued_at: formatTime(job.queued_ms),
    due_at: 'due_ms' in job ? formatTime(job.due_ms) : null,
    started_at: 'started_ms' in job ? formatTimeOrNull(job.started_ms) : null,
    ended_at: 'ended_ms' in job ? formatTime(job.ended_ms) : null,
  }
}

/** An attempt in `show --json` and in an export. */
export function attemptJson(attempt: Attempt): Record<string, unknown> {
  return {
    number: attempt.number,
    pid: attempt.pid,
    started_at: formatTime(attempt.started_ms),
    ended_at: formatTimeOrNull(attempt.ended_ms),
    cause: attempt.cause,
    exit_code: attempt.exit_code,
    signal: attempt.signal,
    error: attempt.error,
    ...(attempt.ran === undefined ? {} : { ran: attempt.ran }),
    result: parseResult(attempt.result),
    log: attempt.log,
  }
}

/** The JSON a job gave as its result; null where it gave none. */
export function parseResult(json: string | null): unknown {
  if (json === null) return null
  try {
    const value: unknown = JSON.parse(json)
    return value
  } catch {
    return null
  }
}
