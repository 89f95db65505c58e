import { missingCase } from './errors.ts'
import type { PoolState, WaitReason, WaitingState } from './job.ts'

export interface WaitContext {
  /** Places the job asks for. */
  readonly slots: number
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
      return isGroupFull(context) ? 'group-full' : 'no-slot'
    default:
      return missingCase(state)
  }
}

/** A job that asks for more places than its group has takes all of them. */
function isGroupFull({ slots, group_active, group_limit }: WaitContext): boolean {
  if (group_limit === null) return false
  return group_active >= group_limit || group_active + Math.min(slots, group_limit) > group_limit
}
