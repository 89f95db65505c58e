import type { Database, Statement } from 'better-sqlite3'
import { z } from 'zod'
import type { UsualRun } from '../../../shared/status.ts'

/** As many of the latest runs are enough to know what is usual. */
const RUNS = 101
/** Of jobs that had no relative timeout so many of the latest are looked through, for their names stand in no index. */
const LATEST_JOBS = 10_000
/** What was found there is taken for true so long. */
const FRESH_MS = 30_000

const TIMED = `SELECT ended_ms - started_ms AS ms FROM job INDEXED BY job_timed
  WHERE timed IS NOT NULL AND state = 'succeeded' AND name = ? AND removed_by IS NULL AND started_ms IS NOT NULL
  ORDER BY ended_ms DESC LIMIT ${RUNS}`
const LATEST = `SELECT name, ended_ms - started_ms AS ms, state = 'succeeded' AND started_ms IS NOT NULL AS counts
  FROM job INDEXED BY job_ended WHERE ended_ms IS NOT NULL AND removed_by IS NULL
  ORDER BY ended_ms DESC LIMIT ${LATEST_JOBS}`

const timedSchema = z.object({ ms: z.number() })
const latestSchema = z.object({ name: z.string(), ms: z.number().nullable(), counts: z.number() })

/**
 * What successful jobs of a name take. Jobs that have a timeout relative to it are found by an index of their own, which no
 * other job pays for; while none of these has succeeded, others of that name are looked for among the latest.
 */
export class UsualRuns {
  readonly #db: Database
  #timed: Statement | null = null
  #latest: { readonly byName: ReadonlyMap<string, readonly number[]>; readonly read_at: number } | null = null

  constructor(db: Database) {
    this.#db = db
  }

  read(name: string): UsualRun | null {
    this.#timed ??= this.#db.prepare(TIMED)
    const timed = this.#timed.all(name).map((row) => timedSchema.parse(row).ms)
    return usualOf(timed.length > 0 ? timed : (this.#latestRuns().get(name) ?? []))
  }

  #latestRuns(): ReadonlyMap<string, readonly number[]> {
    if (this.#latest === null || performance.now() - this.#latest.read_at > FRESH_MS) {
      this.#latest = { byName: readLatest(this.#db), read_at: performance.now() }
    }
    return this.#latest.byName
  }
}

function readLatest(db: Database): Map<string, number[]> {
  const byName = new Map<string, number[]>()
  for (const row of db.prepare(LATEST).iterate()) {
    const { name, ms, counts } = latestSchema.parse(row)
    if (counts === 0 || ms === null) continue
    const runs = byName.get(name)
    if (runs === undefined) byName.set(name, [ms])
    else if (runs.length < RUNS) runs.push(ms)
  }
  return byName
}

function usualOf(runs: readonly number[]): UsualRun | null {
  const sorted = [...runs].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  if (upper === undefined || lower === undefined) return null
  return { median_ms: (lower + upper) / 2, runs: sorted.length }
}
