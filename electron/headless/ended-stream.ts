import type { EndedJob } from '../../shared/status.ts'
import type { EventBus } from '../engine/events/event-bus.ts'

/**
 * All jobs of a data directory that end or are interrupted, from the call on, until `signal` aborts: what has ended
 * until then is still given.
 */
export function endedStream(bus: EventBus, signal: AbortSignal): AsyncGenerator<EndedJob, void, undefined> {
  let waiting: EndedJob[] = []
  let wake: (() => void) | null = null
  const unsubscribe = bus.on('job:ended', ({ jobs }) => {
    for (const job of jobs) waiting.push(job)
    wake?.()
  })
  signal.addEventListener('abort', () => wake?.(), { once: true })

  async function* stream(): AsyncGenerator<EndedJob, void, undefined> {
    try {
      for (;;) {
        const batch = waiting
        waiting = []
        yield* batch
        if (waiting.length > 0) continue
        if (signal.aborted) return
        await new Promise<void>((resolve) => (wake = resolve))
        wake = null
      }
    } finally {
      unsubscribe()
    }
  }
  return stream()
}
