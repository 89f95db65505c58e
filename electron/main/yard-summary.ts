import type { PoolState } from '../../shared/job.ts'
import type { PoolStatus, StateCounts } from '../../shared/status.ts'

/** What the shell (tray, dock, notifications, quit) needs to know of the yard. */
export interface YardSummary {
  readonly pool: PoolState
  /** Jobs that run, are suspended or are being stopped. */
  readonly active: number
  /** Jobs that will run without anybody doing anything. */
  readonly waiting: number
  readonly succeeded: number
  readonly failed: number
}

export function summarise(pool: PoolStatus, counts: StateCounts): YardSummary {
  return {
    pool: pool.state,
    active: counts.running + counts.suspended + counts.stopping,
    waiting: counts.queued + counts.retrying + counts.scheduled,
    succeeded: counts.succeeded,
    failed: counts.failed,
  }
}

/** Everything that changes nothing for the shell is told to nobody. */
export function isSameSummary(a: YardSummary | null, b: YardSummary): boolean {
  return (
    a?.pool === b.pool &&
    a.active === b.active &&
    a.waiting === b.waiting &&
    a.succeeded === b.succeeded &&
    a.failed === b.failed
  )
}

const POOL_WORDS: Readonly<Record<PoolState, string>> = {
  running: 'Running',
  paused: 'Paused',
  draining: 'Stopping when running jobs are done',
  stopped: 'Stopped',
}

/** One line for a tooltip or a menu. */
export function summaryText({ pool, active, waiting }: YardSummary): string {
  return `${POOL_WORDS[pool]} · ${active} running · ${waiting} waiting`
}

/** How far the work is that was there since the yard was last idle. */
export class WorkProgress {
  #base: { readonly succeeded: number; readonly failed: number } | null = null

  /** 0..1; null: there is no work. */
  update({ active, waiting, succeeded, failed }: YardSummary): number | null {
    const left = active + waiting
    if (left === 0) {
      this.#base = null
      return null
    }
    this.#base ??= { succeeded, failed }
    // Cleared jobs are counted no more, so that fewer can have ended than when it began.
    const ended = Math.max(0, succeeded - this.#base.succeeded) + Math.max(0, failed - this.#base.failed)
    return ended / (ended + left)
  }
}
