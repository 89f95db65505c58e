import type { AddedSchedules } from '../../../shared/drop.ts'
import type { EndedJob } from '../../../shared/status.ts'
import type { Submission } from '../../engine/submissions/submitter.ts'
import type { Summary } from './tally.ts'
import { parseResult } from '../../engine/export/job-json.ts'
import { formatTime, formatTimeOrNull } from '../../engine/export/time-text.ts'

/** The objects of `run --json` and `start --json`, one a line. */

export function submittedJson(submission: Submission): string {
  const { count, first_id, last_id, duplicates, schedules } = submission
  return JSON.stringify({
    ...{ type: 'submitted', count, first_id, last_id },
    ...(duplicates === undefined ? {} : { duplicates }),
    ...(schedules === undefined
      ? {}
      : { schedules: { count: schedules.count, first: schedules.first.map(addedJson) } }),
  })
}

function addedJson({ id, name, next_ms }: AddedSchedules['first'][number]): Record<string, unknown> {
  return { id, name, next_at: formatTimeOrNull(next_ms) }
}

export function endedJobJson(job: EndedJob): string {
  return JSON.stringify({
    type: 'job',
    id: job.id,
    name: job.name,
    state: job.state,
    cause: job.cause,
    exit_code: job.exit_code,
    attempts: job.attempts,
    queued_at: formatTime(job.queued_ms),
    started_at: formatTimeOrNull(job.started_ms),
    ended_at: formatTime(job.ended_ms),
    result: parseResult(job.result),
  })
}

export function summaryJson(summary: Summary): string {
  return JSON.stringify({ type: 'summary', ...summary })
}
