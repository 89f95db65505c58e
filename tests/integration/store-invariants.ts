import type Database from 'better-sqlite3'
import { expect } from 'vitest'
import type { JobState, NeedCondition } from '../../shared/job.ts'
import { isActive, isWaiting } from '../../shared/job.ts'
import { needStatus } from '../../shared/job-state.ts'

interface StoredJob {
  readonly id: number
  readonly state: JobState
  readonly held: number
  readonly needs_open: number
  readonly open: number
  readonly wake_ms: number | null
  readonly ended_ms: number | null
  readonly cause: string | null
  readonly leased: number
  readonly hidden: number
  readonly attempts: number
  readonly stored_attempts: number
}

const JOBS = `SELECT id, state, held, needs_open, wake_ms, ended_ms, cause, attempts,
  (SELECT count(*) FROM need WHERE job_id = job.id AND status = 'open') AS open,
  EXISTS (SELECT 1 FROM lease WHERE job_id = job.id) AS leased,
  submission_id IN (SELECT id FROM submission WHERE state = 'open') AS hidden,
  (SELECT count(*) FROM attempt WHERE job_id = job.id) AS stored_attempts
  FROM job`

const VISIBLE = `removed_by IS NULL AND submission_id NOT IN (SELECT id FROM submission WHERE state = 'open')`
const COUNTED = `SELECT group_id, state, count(*) AS count FROM job WHERE ${VISIBLE} GROUP BY 1, 2 ORDER BY 1, 2`
const COUNTERS = `SELECT group_id, state, count FROM counter WHERE count <> 0 ORDER BY 1, 2`
const OPEN_COUNTED = `SELECT submission_id, group_id, state, count(*) AS count FROM job
  WHERE submission_id IN (SELECT id FROM submission WHERE state = 'open') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
const OPEN_COUNTERS = `SELECT submission_id, group_id, state, count FROM open_counter WHERE count <> 0 ORDER BY 1, 2, 3`

/** What must be true of the database at any time. */
export function checkInvariants(db: Database.Database): void {
  expect(db.prepare(COUNTERS).all()).toEqual(db.prepare(COUNTED).all())
  expect(db.prepare(OPEN_COUNTERS).all()).toEqual(db.prepare(OPEN_COUNTED).all())
  for (const job of db.prepare<[], StoredJob>(JOBS).all()) {
    const waiting = isWaiting(job.state)
    const active = isActive(job.state)
    const rests = !waiting && !active
    const sleeps = job.state === 'scheduled' || job.state === 'retrying'
    const isWell =
      (job.wake_ms !== null) === sleeps &&
      (job.ended_ms !== null) === rests &&
      (job.cause !== null) === rests &&
      (active ? job.leased === 1 : job.leased === 0 || job.state === 'queued') &&
      (job.leased === 0 || job.hidden === 0) &&
      job.attempts === job.stored_attempts &&
      (rests || job.leased === 1 || job.needs_open === job.open) &&
      (!waiting || job.leased === 1 || (job.state === 'held') === (job.held === 1)) &&
      (!waiting || job.held === 1 || job.leased === 1 || (job.state === 'blocked') === job.needs_open > 0)
    expect(isWell, JSON.stringify(job)).toBe(true)
  }
  checkNeeds(db)
}

interface StoredNeed {
  readonly job_id: number
  readonly state: JobState
  readonly condition: NeedCondition
  readonly status: string
  readonly needed: JobState | null
  readonly leased: number
}

/** A waiting job's needs tell the truth of what it needs. */
function checkNeeds(db: Database.Database): void {
  const needs = db
    .prepare<[], StoredNeed>(
      `SELECT need.*, job.state, x.state AS needed, EXISTS (SELECT 1 FROM lease WHERE job_id = job.id) AS leased
       FROM need JOIN job ON job.id = need.job_id LEFT JOIN job AS x ON x.id = need.needs_job_id`,
    )
    .all()
  for (const need of needs) {
    if (!isWaiting(need.state) || need.leased === 1) continue
    const truth = need.needed === null ? need.status : needStatus(need.condition, need.needed)
    expect(need.status, JSON.stringify(need)).toBe(truth)
    expect(need.status, JSON.stringify(need)).not.toBe('unmeetable')
  }
}
