import { attemptJson, listedJobJson } from '../../engine/export/job-json.ts'
import { formatTimeOrNull } from '../../engine/export/time-text.ts'
import type { JobDetails, NeedLink } from '../../../shared/status.ts'

/** What `show --json` prints: the same, with everything else that is known; `attempts` is the list of them. */
export function shownJobJson(details: JobDetails): Record<string, unknown> {
  const { job, submission } = details
  return {
    ...listedJobJson(details),
    slots: job.slots,
    stop_reason: 'stop_reason' in job ? job.stop_reason : null,
    submission: {
      id: job.submission_id,
      label: submission?.label ?? null,
      created_at: formatTimeOrNull(submission?.created_ms ?? null),
    },
    needs: details.needs.map(needJson),
    needs_count: details.needs_count,
    dependents: details.dependents.map(needJson),
    dependents_count: details.dependents_count,
    spec: details.spec,
    attempts: details.attempts.map(attemptJson),
  }
}

function needJson({ job_id, name, state, condition, status }: NeedLink): Record<string, unknown> {
  return { id: job_id, name, state, if: condition, status }
}
