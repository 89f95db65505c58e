import type { JobState } from '../../../shared/job.ts'

/** A number for each state, to be counted up. */
export function noCounts(): Record<JobState, number> {
  return {
    ...{ held: 0, blocked: 0, scheduled: 0, retrying: 0, queued: 0, running: 0, suspended: 0, stopping: 0 },
    ...{ interrupted: 0, succeeded: 0, failed: 0, cancelled: 0, skipped: 0 },
  }
}
