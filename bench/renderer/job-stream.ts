import { setTimeout as delay } from 'node:timers/promises'
import type { ServeApi } from '../../tests/e2e/hosts/serve-api.ts'
import { queueDrop } from '../../tests/e2e/hosts/serve-api.ts'

/** A no-op job is queued, runs and succeeds: three events that a page may have to show. */
const EVENTS_OF_A_JOB = 3
const TICK_MS = 500

export interface JobStream {
  /** Jobs queued so far. */
  readonly jobs: number
  stop(): Promise<void>
}

/** Queues no-op module jobs so that about `events_per_s` changes of jobs happen each second. */
export function startJobStream(api: ServeApi, module: string, events_per_s: number): JobStream {
  const per_tick = Math.ceil((events_per_s / EVENTS_OF_A_JOB) * (TICK_MS / 1_000))
  let jobs = 0
  let stopped = false
  const text = (): string =>
    JSON.stringify({
      version: 1,
      jobs: Array.from({ length: per_tick }, (_none, n) => ({ name: `event ${String(jobs + n)}`, module })),
    })
  const run = async (): Promise<void> => {
    let next = performance.now()
    while (!stopped) {
      await queueDrop(api.connection, { from: 'text', name: 'events.job.json', text: text() })
      jobs += per_tick
      next += TICK_MS
      await delay(Math.max(0, next - performance.now()))
    }
  }
  const running = run()
  return {
    get jobs() {
      return jobs
    },
    stop: async () => {
      stopped = true
      await running
    },
  }
}
