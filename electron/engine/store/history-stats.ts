import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import type { HistoryBucket, HistoryStats } from '../../../shared/history-stats.ts'
import type { Cause } from '../../../shared/job.ts'
import { CAUSES, JOB_STATES } from '../../../shared/job.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import { endedSteps } from './history-ended.ts'
import type { Parameters, Select } from './history-keys.ts'
import { filterStates, stateCondition } from './history-keys.ts'
import type { StatsQuery } from './history-protocol.ts'
import { parseRow } from './history-rows.ts'
import type { Steps } from './history-steps.ts'
import { VISIBLE_SQL } from './job-sql.ts'
import { filterConditions } from './selection-sql.ts'

/** Durations from here on are rounded to three digits, so that there are not too many different ones to keep. */
const EXACT_BELOW_MS = 1_000
const LONGEST_POWER = 12

interface Bucket {
  readonly from_ms: number
  succeeded: number
  failed: number
  cancelled: number
  /** How often each duration occurs. */
  readonly durations: Map<number, number>
}

const groupSchema = z.object({
  bucket: z.int().min(0),
  state: z.enum(JOB_STATES),
  cause: z.enum(CAUSES).nullable(),
  duration_ms: z.number().nullable(),
  count: z.int(),
})

/**
 * What ended between two times, of the jobs that match. Durations are of the last attempts of jobs that succeeded or failed; those over a second
 * are exact to three digits. Read along the index on the time of the end, in steps.
 */
export function* readStats(db: Database, query: StatsQuery): Steps<HistoryStats> {
  const { from_ms, to_ms } = query
  const span_ms = Math.max(0, to_ms - from_ms)
  const bucket_ms = Math.max(1, Math.ceil(span_ms / query.buckets))
  const buckets = Array.from({ length: Math.ceil(span_ms / bucket_ms) }, (_none, index): Bucket => ({
    from_ms: from_ms + index * bucket_ms,
    ...{ succeeded: 0, failed: 0, cancelled: 0, durations: new Map() },
  }))
  const causes = new Map<Cause, number>()
  if (span_ms > 0) {
    const span = { ended_after_ms: from_ms, ended_before_ms: to_ms }
    const wanted = wantedOf(query.filter ?? {})
    for (const { parts } of endedSteps(db, span)) {
      for (const part of parts) {
        const parameters = { ...part.parameters, ...wanted.parameters, from_ms, bucket_ms }
        readPart(db, `${part.sql} AND ${wanted.sql}`, parameters, buckets, causes)
      }
      yield
    }
  }
  return {
    bucket_ms,
    buckets: buckets.map(finished),
    causes: [...causes].map(([cause, count]) => ({ cause, count })).sort((a, b) => b.count - a.count),
  }
}

function wantedOf(filter: JobFilter): Select {
  const { sql, parameters } = filterConditions(filter)
  return { sql: `${VISIBLE_SQL} AND ${stateCondition(filterStates(filter))} AND ${sql}`, parameters }
}

function readPart(
  db: Database,
  part: string,
  parameters: Parameters,
  buckets: readonly Bucket[],
  causes: Map<Cause, number>,
): void {
  const rows = db
    .prepare<[Parameters]>(
      `SELECT (ended_ms - CAST(@from_ms AS INTEGER)) / CAST(@bucket_ms AS INTEGER) AS bucket, state, cause, ${DURATION_SQL} AS duration_ms, count(*) AS count
       ${part} GROUP BY 1, 2, 3, 4`,
    )
    .all(parameters)
  for (const row of rows) {
    const { bucket, state, cause, duration_ms, count } = parseRow(groupSchema, row, 'job')
    const into = buckets[bucket]
    if (into === undefined) continue
    if (state === 'succeeded' || state === 'failed' || state === 'cancelled') into[state] += count
    if ((state === 'succeeded' || state === 'failed') && duration_ms !== null) {
      into.durations.set(duration_ms, (into.durations.get(duration_ms) ?? 0) + count)
    }
    if ((state === 'failed' || state === 'interrupted') && cause !== null) {
      causes.set(cause, (causes.get(cause) ?? 0) + count)
    }
  }
}

const DURATION_SQL = roundedSql('max(0, ended_ms - started_ms)')

function roundedSql(value: string): string {
  const cases: string[] = []
  for (let power = 4; power <= LONGEST_POWER; power += 1) {
    const digit = 10 ** (power - 3)
    cases.push(`WHEN ${value} < ${10 ** power} THEN (${value} + ${digit / 2}) / ${digit} * ${digit}`)
  }
  return `CASE WHEN ${value} < ${EXACT_BELOW_MS} THEN ${value} ${cases.join(' ')} ELSE ${value} END`
}

function finished({ durations, ...bucket }: Bucket): HistoryBucket {
  const sorted = [...durations].sort(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  return { ...bucket, p50_ms: percentile(sorted, total, 0.5), p95_ms: percentile(sorted, total, 0.95) }
}

/** The least duration that so large a part of all does not pass. */
function percentile(
  sorted: readonly (readonly [number, number])[],
  total: number,
  part: number,
): number | null {
  let left = Math.ceil(total * part)
  for (const [duration_ms, count] of sorted) {
    left -= count
    if (left <= 0) return duration_ms
  }
  return null
}
