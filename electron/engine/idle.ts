import { isActive } from '../../shared/job.ts'
import type { ActiveAttempts } from './dispatcher/active-attempts.ts'
import type { PoolControl } from './pool-control.ts'
import type { ReadyQueue } from './queue/ready-queue.ts'
import type { Store } from './store/store.ts'

interface Parts {
  readonly active: ActiveAttempts
  readonly queue: ReadyQueue
  readonly store: Store
  readonly control: PoolControl
}

/** Nothing active, and nothing ready or due later, but for what a paused pool or group keeps back. */
export async function isIdle({ active, queue, store, control }: Parts): Promise<boolean> {
  if (active.size > 0) return false
  const counters = await store.query({ type: 'counters' })
  const canRun = counters.some(({ group_id, state, count }) => {
    if (count === 0) return false
    if (isActive(state)) return true
    if (control.state === 'paused') return false
    return state === 'scheduled' || state === 'retrying' || (state === 'queued' && !queue.isPaused(group_id))
  })
  return !canRun && active.size === 0
}
