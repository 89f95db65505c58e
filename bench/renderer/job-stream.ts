import { setTimeout as delay } from 'node:timers/promises'
import type { ServeApi } from '../../tests/e2e/hosts/serve-api.ts'
import { queueDrop } from '../../tests/e2e/hosts/serve-api.ts'
import type { Told } from './told.ts'

const LOOK_MS = 250
/** So many wait at least, so that workers never run out, and the queue has rows to be scrolled. */
const WAITING_JOBS = 5_000
const DROP_JOBS = 1_000
/** With two workers 700 to 850 jobs a second, one by one: each starts, and ends, in a moment of its own. */
const JOB_MS = 2

export interface JobStream {
  stop(): Promise<void>
}

/** Drops jobs that take a moment, as fast as the page is told that they have ended. */
export function startJobStream(api: ServeApi, module: string, told: Told): JobStream {
  let dropped = 0
  let stopped = false
  const text = (): string =>
    JSON.stringify({
      version: 1,
      jobs: Array.from({ length: DROP_JOBS }, (_none, n) => ({
        name: `event ${String(dropped + n)}`,
        module,
        with: { ms: JOB_MS },
      })),
    })
  const run = async (): Promise<void> => {
    while (!stopped) {
      if (dropped - told.ended < WAITING_JOBS) {
        await queueDrop(api.connection, { from: 'text', name: 'events.job.json', text: text() })
        dropped += DROP_JOBS
      } else await delay(LOOK_MS)
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopped = true
      await running
    },
  }
}
