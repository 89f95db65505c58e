import type { HistoryRecord } from '../../../shared/status.ts'
import { attemptJson, listedJobJson } from './job-json.ts'

/** A job of a JSON export: what `ls --json` says of it, with its spec and all its attempts. Times are RFC 3339. */
export function exportedJobJson(record: HistoryRecord): Record<string, unknown> {
  const { job, spec, attempts } = record
  return {
    ...listedJobJson(record),
    submission_id: job.submission_id,
    spec,
    attempts: attempts.map(attemptJson),
  }
}
