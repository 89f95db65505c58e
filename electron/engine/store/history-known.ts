import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { ACTIVE_STATES, WAITING_STATES } from '../../../shared/job.ts'
import { parseRow } from './history-rows.ts'
import { VISIBLE_SQL } from './job-sql.ts'
import { parseSpecText } from './spec-text.ts'
import { contentKey, keyWithNeeded } from './spec-content.ts'
import type { NamedNeeded } from './spec-content.ts'

/** A job that has succeeded, or will be run. */
export interface KnownJob {
  readonly id: number
  readonly submission_id: number
  readonly succeeded: boolean
  /** What it does: `contentKey`. */
  readonly key: string
}

export interface KnownJobs {
  readonly jobs: readonly KnownJob[]
  /** Asks for those behind them; null: they were the last. */
  readonly next: number | null
}

const PAGE_JOBS = 1_000
const STATES = ['succeeded', ...WAITING_STATES, ...ACTIVE_STATES].map((state) => `'${state}'`).join(', ')
const rowSchema = z.object({ id: z.int(), submission_id: z.int(), state: z.string(), spec: z.string() })
const KNOWN_SQL = `SELECT job.id AS id, job.submission_id AS submission_id, job.state AS state, job_spec.spec AS spec
  FROM job JOIN job_spec ON job_spec.job_id = job.id
  WHERE job.id > ? AND job.state IN (${STATES}) AND ${VISIBLE_SQL} ORDER BY job.id LIMIT ${PAGE_JOBS}`

const LABELS_SQL = 'SELECT needs_job_id, label FROM need WHERE job_id = ? AND label IS NOT NULL'
const labelRowSchema = z.object({ needs_job_id: z.int(), label: z.string() })

/** @param after 0 for the first page */
export function knownJobsPage(db: Database, after: number): KnownJobs {
  const rows = db.prepare<[number]>(KNOWN_SQL).all(after)
  const jobs = rows.map((row): KnownJob => {
    const { id, submission_id, state, spec } = parseRow(rowSchema, row, 'job_spec')
    const parsed = parseSpecText(spec)
    const own = contentKey(parsed)
    const key = parsed.fills_needs === true ? keyWithNeeded(own, neededOf(db, id)) : own
    return { id, submission_id, succeeded: state === 'succeeded', key }
  })
  const last = jobs.at(-1)
  return { jobs, next: jobs.length < PAGE_JOBS || last === undefined ? null : last.id }
}

function neededOf(db: Database, job_id: number): NamedNeeded[] {
  return db
    .prepare<[number]>(LABELS_SQL)
    .all(job_id)
    .flatMap((row) => {
      const { needs_job_id, label } = parseRow(labelRowSchema, row, 'need')
      return label.split('\n').map((one) => ({ label: one, job_id: needs_job_id }))
    })
}
