import { formatDuration } from '../../../shared/duration.ts'
import type { EndedJob } from '../../../shared/status.ts'
import { counted, formatCount } from './text.ts'

const ENDS = ['succeeded', 'failed', 'cancelled', 'skipped', 'interrupted'] as const
type End = (typeof ENDS)[number]

/** How the jobs of a run ended. */
export interface Summary extends Readonly<Record<End, number>> {
  /** Jobs that did not come to an end: the run was stopped before, or nothing could run any more. */
  readonly not_run: number
  readonly duration_ms: number
}

/** Counts jobs as they end. */
export class Tally {
  readonly #counts: Record<End, number> = {
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    skipped: 0,
    interrupted: 0,
  }

  add(job: Pick<EndedJob, 'state'>): void {
    this.#counts[job.state] += 1
  }

  get counts(): Readonly<Record<End, number>> {
    return this.#counts
  }

  get ended(): number {
    return ENDS.reduce((sum, end) => sum + this.#counts[end], 0)
  }

  /** Jobs that ended and did not succeed. */
  get bad(): number {
    return this.ended - this.#counts.succeeded
  }

  summary(not_run: number, duration_ms: number): Summary {
    return { ...this.#counts, not_run, duration_ms: Math.round(duration_ms) }
  }
}

/** `12 jobs: 10 succeeded, 1 failed, 1 not run, in 3.2s`. */
export function summaryLine(summary: Summary): string {
  const parts = ENDS.filter((end) => summary[end] > 0).map((end) => `${formatCount(summary[end])} ${end}`)
  if (summary.not_run > 0) parts.push(`${formatCount(summary.not_run)} not run`)
  const total = ENDS.reduce((sum, end) => sum + summary[end], summary.not_run)
  const how = parts.length === 0 ? '' : `: ${parts.join(', ')},`
  return `${counted(total, 'job')}${how} in ${formatDuration(summary.duration_ms)}`
}
