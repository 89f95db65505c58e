import { monitorEventLoopDelay } from 'node:perf_hooks'

const NS_PER_MS = 1_000_000
const RESOLUTION_MS = 1

/** Starts to watch how late this process's event loop is; call the answer to stop and get it. */
export function watchLoopDelay(): () => { loop_p99_ms: number; loop_max_ms: number } {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  return () => {
    histogram.disable()
    return { loop_p99_ms: histogram.percentile(99) / NS_PER_MS, loop_max_ms: histogram.max / NS_PER_MS }
  }
}
