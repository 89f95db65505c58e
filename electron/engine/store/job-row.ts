import type { Cause, JobState, StopReason } from '../../../shared/job.ts'
import { isEnded } from '../../../shared/job.ts'
import { firstWaitingState } from '../../../shared/job-state.ts'
import type { EndedJob } from '../../../shared/status.ts'
import type { ChangesBuilder } from './changes-builder.ts'
import type { StoreContext } from './store-context.ts'

/** The part of a job that transitions read and write, as it is stored (0 and 1 for false and true). */
export interface JobRow {
  readonly id: number
  readonly submission_id: number
  readonly group_id: number
  readonly name: string
  state: JobState
  readonly held: number
  needs_open: number
  readonly due_ms: number | null
  retry_at_ms: number | null
  attempts: number
  tries: number
  cause: Cause | null
  exit_code: number | null
  stop_reason: StopReason | null
  readonly queued_ms: number
  started_ms: number | null
  ended_ms: number | null
}

const READ_JOB = `SELECT id, submission_id, group_id, name, state, held, needs_open, due_ms, retry_at_ms, attempts, tries,
  cause, exit_code, stop_reason, queued_ms, started_ms, ended_ms FROM job WHERE id = ?`

const WRITE_JOB = `UPDATE job SET state = ?, needs_open = ?, retry_at_ms = ?, wake_ms = ?, attempts = ?, tries = ?, cause = ?,
  exit_code = ?, stop_reason = ?, started_ms = ?, ended_ms = ? WHERE id = ?`

export function readJob(context: StoreContext, job_id: number): JobRow | undefined {
  return context.sql<JobRow>(READ_JOB).get(job_id)
}

/** When a waiting job is to be looked at again: at the later of its two times, so that it is queued then. */
export function wakeTime(job: Pick<JobRow, 'state' | 'due_ms' | 'retry_at_ms'>): number | null {
  if (job.state !== 'scheduled' && job.state !== 'retrying') return null
  return Math.max(job.due_ms ?? 0, job.retry_at_ms ?? 0)
}

/**
 * Puts the job in the first waiting state that applies and clears what only an ended or active job has. Not written yet.
 */
export function makeWaiting(job: JobRow, now_ms: number): void {
  job.state = firstWaitingState(
    { held: job.held !== 0, needs_open: job.needs_open, due_ms: job.due_ms, retry_at_ms: job.retry_at_ms },
    now_ms,
  )
  job.cause = null
  job.exit_code = null
  job.stop_reason = null
  job.ended_ms = null
}

/** Writes a job whose state (and whatever goes with it) was changed from `from`, counts it and notes what changed. */
export function writeTransition(
  context: StoreContext,
  changes: ChangesBuilder,
  job: JobRow,
  from: JobState,
): void {
  context
    .sql(WRITE_JOB)
    .run(
      job.state,
      job.needs_open,
      job.retry_at_ms,
      wakeTime(job),
      job.attempts,
      job.tries,
      job.cause,
      job.exit_code,
      job.stop_reason,
      job.started_ms,
      job.ended_ms,
      job.id,
    )
  if (job.state === from) return
  context.tally.add(job.submission_id, job.group_id, from, -1)
  context.tally.add(job.submission_id, job.group_id, job.state, 1)
  if (changes.isHidden(job.submission_id)) return
  changes.changed(job.id, job.state)
  if (job.state === 'queued') changes.stale(job.group_id)
}

type JobAtRest = Pick<
  JobRow,
  | 'id'
  | 'submission_id'
  | 'name'
  | 'state'
  | 'cause'
  | 'exit_code'
  | 'attempts'
  | 'queued_ms'
  | 'started_ms'
  | 'ended_ms'
>

/** Notes a job that ended or came to rest, for listeners. */
export function noteAtRest(changes: ChangesBuilder, job: JobAtRest, result: string | null): void {
  const state = job.state
  if (!(isEnded(state) || state === 'interrupted') || changes.isHidden(job.submission_id)) return
  const ended: EndedJob = {
    id: job.id,
    submission_id: job.submission_id,
    name: job.name,
    state,
    cause: job.cause ?? 'exit',
    exit_code: job.exit_code,
    attempts: job.attempts,
    queued_ms: job.queued_ms,
    started_ms: job.started_ms,
    ended_ms: job.ended_ms ?? job.queued_ms,
    result: state === 'cancelled' || state === 'skipped' ? null : result,
  }
  changes.ended(ended)
}
