import type { EndedState, JobState } from '../../../../shared/job.ts'
import { isActive, isEnded, isWaiting } from '../../../../shared/job.ts'
import type { JobEvent } from '../../../../shared/job-state.ts'
import { isLegal } from '../../../../shared/job-state.ts'
import type { ChangesBuilder } from '../changes-builder.ts'
import type { JobRow } from '../job-row.ts'
import { makeWaiting, noteAtRest, readJob, writeTransition } from '../job-row.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf, ResultOf } from '../store-operations.ts'
import type { AttemptEnd, AttemptStart } from '../store-records.ts'
import type { Ended } from './dependents.ts'
import { renewNeeds, settleDependents } from './dependents.ts'
import type { LeasedJob } from './plain-ends.ts'
import { PlainEnds, readLeased } from './plain-ends.ts'

const INSERT_STARTED = `INSERT INTO attempt (id, job_id, number, worker_id, pid, process_start, started_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?)`
const INSERT_ENDED = `INSERT INTO attempt (id, job_id, number, worker_id, pid, process_start, started_ms, ended_ms, cause,
  exit_code, signal, error, result, stdout_bytes, stderr_bytes, cut_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const END_STARTED = `UPDATE attempt SET ended_ms = ?, cause = ?, exit_code = ?, signal = ?, error = ?, result = ?,
  stdout_bytes = ?, stderr_bytes = ?, cut_bytes = ? WHERE id = ?`
const DELETE_LEASE = 'DELETE FROM lease WHERE job_id = ? AND attempt_id = ?'
const HAS_LEASE = 'SELECT 1 FROM lease WHERE job_id = ? AND attempt_id = ?'

/** The worker has started these. Refused where the job is not leased to this attempt, or has been started already. */
export function start(context: StoreContext, operation: OperationOf<'start'>): ResultOf<'start'> {
  const changes = context.changes()
  for (const attempt of operation.starts) {
    const job = readJob(context, attempt.job_id)
    if (job === undefined || !isLegal(job.state, 'start', 'running')) continue
    if (context.number(HAS_LEASE, attempt.job_id, attempt.attempt_id) === null) continue
    const { attempt_id, job_id, number, worker_id, pid, process_start, started_ms } = attempt
    context.sql(INSERT_STARTED).run(attempt_id, job_id, number, worker_id, pid, process_start, started_ms)
    const from = job.state
    countStart(job, attempt)
    job.state = 'running'
    writeTransition(context, changes, job, from)
  }
  return changes.build()
}

/** Attempts are over. Refused where the lease is not (or no longer) this attempt's, so that none ends twice. */
export function end(context: StoreContext, operation: OperationOf<'end'>): ResultOf<'end'> {
  const changes = context.changes()
  const leased = readLeased(context, operation.ends)
  const plain = new PlainEnds(context, changes)
  const ended: Ended[] = []
  const returned: number[] = []
  let now_ms = 0
  for (const attempt of operation.ends) {
    const job = leased.get(attempt.start.job_id)
    if (job?.attempt_id !== attempt.start.attempt_id) continue
    leased.delete(job.id)
    const state = endPlainly(plain, job, attempt) ?? endOne(context, changes, attempt)
    if (state === null) continue
    if (context.has_needs && isEnded(state)) ended.push({ id: job.id, state })
    else if (isWaiting(state)) returned.push(job.id)
    now_ms = Math.max(now_ms, attempt.ended_ms)
  }
  plain.write()
  settleDependents(context, changes, ended, now_ms)
  renewNeeds(context, changes, returned, now_ms)
  return changes.build()
}

/** @returns null where the job does not go straight from its lease to an end */
function endPlainly(plain: PlainEnds, job: LeasedJob, attempt: AttemptEnd): EndedState | null {
  const { state } = attempt.next
  if (state === 'retrying' || state === 'requeue' || state === 'interrupted') return null
  if (job.state !== 'queued' || !canEndAs(job.state, state)) return null
  plain.add(job, attempt, state)
  return state
}

/** @returns the state of the job; null: refused, nothing was written */
function endOne(context: StoreContext, changes: ChangesBuilder, attempt: AttemptEnd): JobState | null {
  const { job_id, attempt_id } = attempt.start
  const job = readJob(context, job_id)
  if (job === undefined) return null
  const from = job.state
  const isStored = isActive(from)
  applyEnd(job, attempt)
  if (!canEndAs(from, job.state)) return null
  context.sql(DELETE_LEASE).run(job_id, attempt_id)
  if (isStored) updateAttempt(context, attempt)
  else {
    insertAttempt(context, attempt)
    countStart(job, attempt.start)
  }
  writeTransition(context, changes, job, from)
  if (job.state === from) {
    // Leased and queued before, ready again after: the same state, but not the same to whoever watches.
    changes.changed(job.id, job.state)
    changes.stale(job.group_id)
  }
  noteAtRest(changes, job, attempt.result)
  return job.state
}

function countStart(job: JobRow, start: AttemptStart): void {
  job.attempts += 1
  job.tries += 1
  job.started_ms = start.started_ms
}

/** Sets the job to what comes after the attempt. Not written yet. */
function applyEnd(job: JobRow, attempt: AttemptEnd): void {
  const { next, cause, exit_code, ended_ms } = attempt
  if (next.state === 'retrying' || next.state === 'requeue') {
    job.retry_at_ms = next.state === 'retrying' ? next.retry_at_ms : null
    makeWaiting(job, ended_ms)
    return
  }
  job.state = next.state
  job.retry_at_ms = null
  job.cause = cause
  job.exit_code = exit_code
  job.stop_reason = null
  job.ended_ms = ended_ms
}

/** What may stand between a claim and the end of its attempt without being stored: a start, a stop, an interruption. */
const UNSTORED: readonly JobEvent[] = ['start', 'stop', 'interrupt']
const ENDINGS: readonly JobEvent[] = ['end-well', 'end-badly', 'retry', 'gone', 'interrupt', 'requeue']
const LEGAL_ENDS = new Map<string, boolean>()

/**
 * True where the transition table leads from `from` to `to` by the end of an attempt, at once or by what was not stored.
 * @internal for tests
 */
export function canEndAs(from: JobState, to: JobState): boolean {
  const key = `${from} ${to}`
  let legal = LEGAL_ENDS.get(key)
  if (legal === undefined) {
    legal = findEnd(from, to)
    LEGAL_ENDS.set(key, legal)
  }
  return legal
}

function findEnd(from: JobState, to: JobState): boolean {
  if (from !== 'queued' && !isActive(from)) return false
  const via: JobState[] = [from]
  for (const state of via) {
    if (ENDINGS.some((event) => isLegal(state, event, to))) return true
    for (const event of UNSTORED) {
      for (const next of ['running', 'stopping', 'interrupted'] as const) {
        if (isLegal(state, event, next) && !via.includes(next)) via.push(next)
      }
    }
  }
  return false
}

function insertAttempt(context: StoreContext, attempt: AttemptEnd): void {
  const { attempt_id, job_id, number, worker_id, pid, process_start, started_ms } = attempt.start
  const { ended_ms, cause, exit_code, signal, error, result, log } = attempt
  // prettier-ignore
  context.sql(INSERT_ENDED).run(attempt_id, job_id, number, worker_id, pid, process_start, started_ms, ended_ms, cause,
    exit_code, signal, error, result, log?.stdout_bytes ?? null, log?.stderr_bytes ?? null, log?.cut_bytes ?? null)
}

function updateAttempt(context: StoreContext, attempt: AttemptEnd): void {
  const { ended_ms, cause, exit_code, signal, error, result, log } = attempt
  // prettier-ignore
  context.sql(END_STARTED).run(ended_ms, cause, exit_code, signal, error, result, log?.stdout_bytes ?? null,
    log?.stderr_bytes ?? null, log?.cut_bytes ?? null, attempt.start.attempt_id)
}
