import type { RunningJob } from '../../shared/yard.ts'

export function runningById(running: readonly RunningJob[]): ReadonlyMap<number, RunningJob> {
  return new Map(running.map((job) => [job.job_id, job]))
}
