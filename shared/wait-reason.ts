import { missingCase } from './errors.ts'
import type { PoolState, WaitReason, WaitingState } from './job.ts'

export interface WaitContext {
  readonly pool: PoolState
  readonly group_paused: boolean
  /** Places of the group that are taken now. */
  readonly group_active: number
  /** null: the group has no limit of its own. */
  readonly group_limit: number | null
}

/** Why a waiting job does not run now; the nearest reason a person can do something about comes first. */
export function waitReason(state: WaitingState, context: WaitContext): WaitReason {
  switch (state) {
    case 'held':
      return 'held'
    case 'blocked':
      return 'dependency'
    case 'scheduled':
      return 'begin-time'
    case 'retrying':
      return 'backoff'
    case 'queued':
      if (context.pool === 'stopped' || context.pool === 'draining') return 'pool-stopped'
      if (context.pool === 'paused') return 'pool-paused'
      if (context.group_paused) return 'group-paused'
      if (context.group_limit !== null && context.group_active >= context.group_limit) return 'group-full'
      return 'no-slot'
    default:
      return missingCase(state)
  }
}
