import { isActive } from '../../shared/job.ts'
import type { EngineParts } from './engine-parts.ts'

type Parts = Pick<EngineParts, 'active' | 'queue' | 'store' | 'control'>

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
