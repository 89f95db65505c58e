import type { OwnedEngine } from '../../engine/create-engine.ts'
import { readFailure } from './failure.ts'
import type { LiveSource } from './live-source.ts'
import { RunningJobs } from './running-jobs.ts'

/**
 * What the engine of this process does.
 * @param own_jobs_only `run`: the bar goes up to the jobs submitted. Otherwise everything in the queue is counted.
 */
export function engineSource({ engine, paths }: OwnedEngine, own_jobs_only: boolean): LiveSource {
  const { store, bus } = engine
  const running = new RunningJobs({
    bus,
    now: Date.now,
    nameOf: async (job_id) => (await store.query({ type: 'job', job_id }))?.job.name ?? null,
  })
  const countWaiting = async (): Promise<number> =>
    (await store.query({ type: 'counters' }))
      .filter(({ state }) => state === 'queued' || state === 'scheduled' || state === 'retrying')
      .reduce((sum, { count }) => sum + count, 0)
  return {
    running: (named) => running.shown(named),
    countWaiting: own_jobs_only ? null : countWaiting,
    submitted: () => undefined,
    failureOf: async (job) => {
      const page = await store.query({ type: 'job', job_id: job.id })
      return readFailure(job, page?.attempts.at(-1), paths.logs)
    },
    close: () => {
      running.close()
    },
  }
}
