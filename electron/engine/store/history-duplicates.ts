import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import type { JobState } from '../../../shared/job.ts'
import { ACTIVE_STATES, WAITING_STATES } from '../../../shared/job.ts'
import type { Unique } from '../../../shared/job-spec.ts'
import { countStates } from './history-keys.ts'
import { parseRow } from './history-rows.ts'
import type { Steps } from './history-steps.ts'
import { holderSql } from './operations/unique.ts'
import { filterSelect } from './selection-sql.ts'
import { comparable } from './spec-content.ts'

/** With more jobs than that in the queue nobody is told: their specs would all have to be read. */
const MAX_JOBS = 20_000
const STEP_JOBS = 1_000
const STATES: readonly JobState[] = [...WAITING_STATES, ...ACTIVE_STATES]

const idSchema = z.object({ id: z.int() })
const specSchema = z.object({ job_id: z.int(), spec: z.string() })

/** For each unique key the job that would keep another with it from being queued now; null: the key is free, or there is none. */
export function* findHolders(
  db: Database,
  uniques: readonly (Unique | null)[],
): Steps<readonly (number | null)[]> {
  const found: (number | null)[] = []
  for (const unique of uniques) {
    const row = unique === null ? undefined : db.prepare<[string]>(holderSql(unique)).get(unique.key)
    found.push(row === undefined ? null : parseRow(idSchema, row, 'job').id)
    yield
  }
  return found
}

/** For each stored spec the first job with that, among those that wait or are active; null: none is known. */
export function* findDuplicates(
  db: Database,
  spec_texts: readonly string[],
): Steps<readonly (number | null)[]> {
  const texts = spec_texts.map(comparable)
  const wanted = new Set(texts)
  const counts = countStates(db)
  const total = STATES.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0)
  const found = new Map<string, number>()
  if (total > 0 && total <= MAX_JOBS && wanted.size > 0) {
    const select = filterSelect({}, STATES)
    const ids = db
      .prepare<[object]>(`SELECT id FROM (${select.sql}) ORDER BY id`)
      .all(select.parameters)
      .map((row) => parseRow(idSchema, row, 'job').id)
    const specs = db.prepare<[string]>(
      `SELECT job_id, spec FROM job_spec WHERE job_id IN (SELECT value FROM json_each(?)) ORDER BY job_id`,
    )
    for (let at = 0; at < ids.length; at += STEP_JOBS) {
      for (const row of specs.all(JSON.stringify(ids.slice(at, at + STEP_JOBS)))) {
        const { job_id, spec } = parseRow(specSchema, row, 'job_spec')
        const text = comparable(spec)
        if (wanted.has(text) && !found.has(text)) found.set(text, job_id)
      }
      yield
    }
  }
  return texts.map((text) => found.get(text) ?? null)
}
