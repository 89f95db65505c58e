import type { WorkerUsage } from '../../../shared/ipc.ts'

export interface UsageLook {
  readonly at_ms: number
  readonly usage: readonly WorkerUsage[]
}

/** The share of one processor that each worker used between two looks, 0..n; a worker seen once is not among them. */
export function cpuShares(before: UsageLook | null, now: UsageLook): ReadonlyMap<number, number> {
  const shares = new Map<number, number>()
  if (before === null) return shares
  const passed_ms = now.at_ms - before.at_ms
  if (passed_ms <= 0) return shares
  const was = new Map(before.usage.map(({ worker_id, cpu_ms }) => [worker_id, cpu_ms]))
  for (const { worker_id, cpu_ms } of now.usage) {
    const cpu_before_ms = was.get(worker_id)
    // Processes that ended take their time along, so that the sum may shrink.
    if (cpu_before_ms !== undefined) shares.set(worker_id, Math.max(0, (cpu_ms - cpu_before_ms) / passed_ms))
  }
  return shares
}
