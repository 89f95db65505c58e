import type { Job } from '../../../shared/job.ts'

/** A job that is over, or was interrupted. */
export type OverJob = Extract<Job, { readonly ended_ms: number }>

/** @returns the job itself; null: it waits or runs */
export function overJob(job: Job): OverJob | null {
  switch (job.state) {
    case 'interrupted':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'skipped':
      return job
    default:
      return null
  }
}
