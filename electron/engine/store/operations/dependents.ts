import type { JobState, NeedCondition } from '../../../../shared/job.ts'
import { isWaiting } from '../../../../shared/job.ts'
import { needStatus } from '../../../../shared/job-state.ts'
import type { ChangesBuilder } from '../changes-builder.ts'
import { makeWaiting, noteAtRest, readJob, writeTransition } from '../job-row.ts'
import type { JobRow } from '../job-row.ts'
import { ENDED_SQL, unmeetableSql } from '../job-sql.ts'
import type { StoreContext } from '../store-context.ts'

/** A job that has just ended. */
export interface Ended {
  readonly id: number
  readonly state: JobState
}

interface OpenNeed {
  readonly job_id: number
  readonly condition: NeedCondition
}

const OPEN_NEEDS = `SELECT job_id, condition FROM need WHERE needs_job_id = ? AND status = 'open'`
/** The needs of one job by the present state of the needed jobs. One that was deleted has settled its needs. */
const RENEW_NEEDS = `UPDATE need SET status = coalesce((
  SELECT CASE WHEN state NOT IN (${ENDED_SQL}) THEN 'open' WHEN ${unmeetableSql('need.condition', 'state')} THEN 'unmeetable'
    ELSE 'met' END FROM job WHERE id = needs_job_id), status) WHERE job_id = ?`
const COUNT_NEEDS = `SELECT count(*) FILTER (WHERE status = 'open') AS open,
  count(*) FILTER (WHERE status = 'unmeetable') AS unmeetable FROM need WHERE job_id = ?`
const SETTLE_NEED = `UPDATE need SET status = ? WHERE job_id = ? AND needs_job_id = ? AND condition = ?`

/**
 * Settles the needs on jobs that have ended: dependents become ready, or are skipped, which ends them and settles the
 * needs on them in turn. A list that is worked off, not a recursion: a chain may be as long as the queue.
 * @param ended is extended by the jobs that were skipped
 */
export function settleDependents(
  context: StoreContext,
  changes: ChangesBuilder,
  ended: Ended[],
  now_ms: number,
): void {
  if (!context.has_needs) return
  // The list grows while it is walked.
  for (const { id, state } of ended) {
    for (const need of context.sql<OpenNeed>(OPEN_NEEDS).all(id)) {
      const status = needStatus(need.condition, state)
      if (status === 'open') continue
      context.sql(SETTLE_NEED).run(status, need.job_id, id, need.condition)
      const job = readJob(context, need.job_id)
      if (job === undefined) continue
      const wasWaiting = isWaiting(job.state)
      settleOne(context, changes, job, status, now_ms)
      if (wasWaiting && job.state === 'skipped') ended.push({ id: job.id, state: job.state })
    }
  }
}

/**
 * Jobs that were leased wait again. What they need may have been restarted meanwhile, which lets alone what is leased:
 * so their needs are looked at anew, and where one is open again they wait for it.
 */
export function renewNeeds(
  context: StoreContext,
  changes: ChangesBuilder,
  job_ids: readonly number[],
  now_ms: number,
): void {
  if (!context.has_needs) return
  const ended: Ended[] = []
  for (const id of job_ids) {
    if (context.sql(RENEW_NEEDS).run(id).changes === 0) continue
    const needs = context.sql<{ open: number; unmeetable: number }>(COUNT_NEEDS).get(id)
    const job = readJob(context, id)
    if (needs === undefined || job === undefined || needs.open + needs.unmeetable === 0) continue
    const from = job.state
    job.needs_open = needs.open
    if (needs.unmeetable > 0) skip(job, now_ms)
    else makeWaiting(job, now_ms)
    writeTransition(context, changes, job, from)
    noteAtRest(changes, job, null)
    if (job.state === 'skipped') ended.push({ id, state: job.state })
  }
  settleDependents(context, changes, ended, now_ms)
}

/** One need of this job is settled. A job that has ended by itself (a person cancelled it) keeps its state. */
function settleOne(
  context: StoreContext,
  changes: ChangesBuilder,
  job: JobRow,
  status: 'met' | 'unmeetable',
  now_ms: number,
): void {
  const from = job.state
  job.needs_open = Math.max(0, job.needs_open - 1)
  if (isWaiting(from)) {
    if (status === 'unmeetable') skip(job, now_ms)
    else makeWaiting(job, now_ms)
  }
  writeTransition(context, changes, job, from)
  if (job.state !== from) noteAtRest(changes, job, null)
}

/** A job that it needs did not end as it must. Not written yet. */
function skip(job: JobRow, now_ms: number): void {
  job.state = 'skipped'
  job.cause = 'dependency'
  job.exit_code = null
  job.stop_reason = null
  job.ended_ms = now_ms
}
