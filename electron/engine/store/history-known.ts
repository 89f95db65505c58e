import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { ACTIVE_STATES, WAITING_STATES } from '../../../shared/job.ts'
import { parseRow } from './history-rows.ts'
import { VISIBLE_SQL } from './job-sql.ts'
import { parseSpecText } from './spec-text.ts'
import { contentKey } from './spec-content.ts'

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

/** @param after 0 for the first page */
export function knownJobsPage(db: Database, after: number): KnownJobs {
  const rows = db.prepare<[number]>(KNOWN_SQL).all(after)
  const jobs = rows.map((row): KnownJob => {
    const { id, submission_id, state, spec } = parseRow(rowSchema, row, 'job_spec')
    return { id, submission_id, succeeded: state === 'succeeded', key: contentKey(parseSpecText(spec)) }
  })
  const last = jobs.at(-1)
  return { jobs, next: jobs.length < PAGE_JOBS || last === undefined ? null : last.id }
}
