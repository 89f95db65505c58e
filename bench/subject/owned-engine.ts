import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createEngine, type OwnedEngine } from '../../electron/engine/create-engine.ts'
import { forkWorkerProcess } from '../../electron/engine/worker-pool/fork-worker-process.ts'
import type { NewJob } from '../../shared/job-spec.ts'
import type { EndedJob } from '../../shared/status.ts'
import { BUILT } from './built.ts'

const NOOP_MODULE = fileURLToPath(new URL('jobs/noop.mjs', import.meta.url))

/** Our engine as a host opens it, on a data directory of its own in `directory`. Faults of ours fail the bench. */
export async function openEngine(directory: string, concurrency: number): Promise<OwnedEngine> {
  return createEngine({
    data_dir: join(directory, 'data'),
    host: 'cli',
    store_thread: BUILT.store_thread,
    spawnWorker: forkWorkerProcess({ entry: BUILT.worker }),
    concurrency,
    log: (fault) => {
      throw new Error(`${fault.code}: ${fault.message}`)
    },
  })
}

/** No-op job number `n`. */
export function noopJob(n: number, priorities = 1): NewJob {
  const task = { kind: 'module', module: NOOP_MODULE, with: { n } } as const
  return { spec: { name: `noop ${String(n)}`, task, cwd: '/', priority: n % priorities } }
}

/** Starts the engine and lets a no-op job run in each worker, so that all processes are up. */
export async function startWorkers({ engine }: OwnedEngine, workers: number): Promise<void> {
  await engine.start()
  const jobs = Array.from({ length: workers }, (_, n) => noopJob(n))
  const ended = endOf({ engine }, jobs.length)
  await engine.submit(jobs, 'warm-up')
  await ended
  const idle = (): number => engine.workers().filter(({ state }) => state === 'idle').length
  if (idle() < workers) {
    await new Promise<void>((resolve) => {
      const stop = engine.bus.on('worker:changed', () => {
        if (idle() < workers) return
        stop()
        resolve()
      })
    })
  }
}

/** Resolves once `jobs` more jobs have ended, on disk. Rejects when one did not succeed. */
export function endOf({ engine }: Pick<OwnedEngine, 'engine'>, jobs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = jobs
    const stop = engine.bus.on('job:ended', (event) => {
      const bad = event.jobs.find(({ state }) => state !== 'succeeded')
      left -= event.jobs.length
      if (bad === undefined && left > 0) return
      stop()
      if (bad === undefined) resolve()
      else reject(new Error(describe(bad)))
    })
  })
}

function describe({ name, state, cause, exit_code }: EndedJob): string {
  return `${name} is ${state} (${cause}, ${String(exit_code)})`
}
