import type { Submission } from '../../engine/submissions/submitter.ts'
import { dataPaths } from '../../engine/store/data-dir.ts'
import { findJob } from '../find-job.ts'
import type { OwnerClient } from '../owner-client.ts'
import { readFailure } from './failure.ts'
import type { LiveSource } from './live-source.ts'

/**
 * What an owner elsewhere does with the jobs that were given to it: what runs is pushed by it, why a job failed is read
 * from its directory, which stays when the owner ends.
 */
export function ownerSource(client: Pick<OwnerClient, 'runningJobs'>, data_dir: string): LiveSource {
  let own: Submission | null = null
  return {
    running: () => {
      if (own === null) return []
      const { first_id, last_id } = own
      const now_ms = Date.now()
      return client.runningJobs
        .filter(({ job_id }) => job_id >= first_id && job_id <= last_id)
        .map(({ job_id, name, state, started_ms, progress, message }) => ({
          ...{ id: job_id, name, state, progress, message },
          elapsed_ms: Math.max(0, now_ms - started_ms),
        }))
    },
    countWaiting: null,
    submitted: (submission) => {
      own = submission
    },
    failureOf: (job) => readFailure(job, findJob(data_dir, job.id).attempts.at(-1), dataPaths(data_dir).logs),
    close: () => undefined,
  }
}
