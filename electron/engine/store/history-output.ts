import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import type { OutputMatches } from '../../../shared/ipc.ts'
import type { HistoryJob } from '../../../shared/status.ts'
import { filterStates, idRange, stateCondition, STEP_ROWS } from './history-keys.ts'
import type { Parameters } from './history-keys.ts'
import type { OutputSearch } from './history-protocol.ts'
import { parseRow } from './history-rows.ts'
import { abandoned } from './history-steps.ts'
import { VISIBLE_SQL } from './job-sql.ts'
import { readLog } from './log-store.ts'
import { LineSearch } from './line-search.ts'
import { filterConditions } from './selection-sql.ts'

/** Time for one call; then it says where to go on. */
const BUDGET_MS = 300
/** Jobs whose attempts are read at once. */
const STEP_JOBS = 100

export interface SearchedHistory {
  readonly db: Database
  readonly history: { rows(ids: readonly number[]): HistoryJob[] }
  readonly log_dir: string
}

/** What is printed is counted at the end. */
const MAY_HAVE_PRINTED_SQL = `(attempt.ended_ms IS NULL OR coalesce(stdout_bytes, 0) + coalesce(stderr_bytes, 0) > 0)`

const attemptSchema = z.object({ id: z.int(), job_id: z.int() })
type AttemptRow = z.infer<typeof attemptSchema>
const idSchema = z.object({ id: z.int() })

interface Found {
  readonly job_id: number
  readonly attempt_id: number
  readonly line: string
}

/**
 * Jobs that printed a text, without case, the newest first: of each the latest attempt that did, and the first line with
 * it. Reads their logs, so it ends when its time is over: at least one job is searched in each call.
 * @throws JobyardError ABANDONED
 */
export async function searchOutput(
  searched: SearchedHistory,
  query: OutputSearch,
  isCancelled: () => boolean,
): Promise<OutputMatches> {
  const end_ms = performance.now() + BUDGET_MS
  const found: Found[] = []
  let next: number | null = null
  for await (const { job_id, attempts } of candidates(searched.db, query, isCancelled)) {
    const match = await searchJob(searched.log_dir, attempts, query.text, isCancelled)
    if (match !== null) found.push(match)
    next = job_id
    if (found.length >= query.limit || performance.now() >= end_ms) break
    next = null
  }
  const jobs = new Map(
    searched.history.rows(found.map(({ job_id }) => job_id)).map((row) => [row.job.id, row]),
  )
  const matches = found.flatMap(({ job_id, attempt_id, line }) => {
    const job = jobs.get(job_id)
    // It may have been cleared away meanwhile.
    return job === undefined ? [] : [{ job, attempt_id, line }]
  })
  return { matches, next }
}

interface Candidate {
  /** When its attempts were searched, so was everything from this job on. */
  readonly job_id: number
  /** Those that may have printed something, the newest first; none where only the place is told. */
  readonly attempts: readonly AttemptRow[]
}

/** Jobs of the filter that have run, the newest first, and how far it got where there are none for long. */
async function* candidates(
  db: Database,
  { filter, before_id }: OutputSearch,
  isCancelled: () => boolean,
): AsyncGenerator<Candidate, void, undefined> {
  const states = filterStates(filter)
  if (states.length === 0) return
  const { sql, parameters } = filterConditions(filter)
  const range = idRange(db, filter)
  const select = db.prepare<[Parameters]>(
    `SELECT id FROM job NOT INDEXED WHERE id BETWEEN @low AND @high AND attempts > 0 AND ${VISIBLE_SQL}
     AND ${stateCondition(states)} AND ${sql}
     AND EXISTS (SELECT 1 FROM attempt INDEXED BY attempt_job WHERE job_id = job.id AND ${MAY_HAVE_PRINTED_SQL})
     ORDER BY id DESC LIMIT ${STEP_JOBS}`,
  )
  let high = before_id === null ? range.high : Math.min(range.high, before_id - 1)
  while (high >= range.low) {
    await setImmediate()
    if (isCancelled()) throw abandoned()
    const low = Math.max(range.low, high - STEP_ROWS + 1)
    const ids = select.all({ ...parameters, low, high }).map((row) => parseRow(idSchema, row, 'job').id)
    const attempts = readAttempts(db, ids)
    for (const id of ids) yield { job_id: id, attempts: attempts.get(id) ?? [] }
    const isFull = ids.length === STEP_JOBS
    high = isFull ? (ids.at(-1) ?? low) - 1 : low - 1
    if (!isFull && high >= range.low) yield { job_id: low, attempts: [] }
  }
}

/** The newest first. */
function readAttempts(db: Database, job_ids: readonly number[]): ReadonlyMap<number, readonly AttemptRow[]> {
  const rows = db
    .prepare<[string]>(
      `SELECT id, job_id FROM attempt INDEXED BY attempt_job WHERE job_id IN (SELECT value FROM json_each(?))
       AND ${MAY_HAVE_PRINTED_SQL} ORDER BY id DESC`,
    )
    .all(JSON.stringify(job_ids))
    .map((row) => parseRow(attemptSchema, row, 'attempt'))
  return Map.groupBy(rows, ({ job_id }) => job_id)
}

async function searchJob(
  log_dir: string,
  attempts: readonly AttemptRow[],
  text: string,
  isCancelled: () => boolean,
): Promise<Found | null> {
  for (const { id: attempt_id, job_id } of attempts) {
    const line = await searchLog(log_dir, attempt_id, text, isCancelled)
    if (line !== null) return { job_id, attempt_id, line }
  }
  return null
}

async function searchLog(
  log_dir: string,
  attempt_id: number,
  text: string,
  isCancelled: () => boolean,
): Promise<string | null> {
  const streams = { stdout: new LineSearch(text), stderr: new LineSearch(text) }
  for await (const { stream, bytes } of readLog(log_dir, attempt_id, { streams: ['stdout', 'stderr'] })) {
    if (isCancelled()) throw abandoned()
    if (stream === 'note') continue
    const line = streams[stream].add(bytes)
    if (line !== null) return line
  }
  return streams.stdout.end() ?? streams.stderr.end()
}
