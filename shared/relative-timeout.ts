import { formatDuration } from './duration.ts'
import type { UsualRun } from './status.ts'

/** Below this a share says nothing: starting a process alone takes some milliseconds, or many on a busy machine. */
const LEAST_MS = 1_000

/** How long a job may run whose timeout is a share of what is usual, in milliseconds. */
export function relativeTimeout({ median_ms }: UsualRun, percent: number): number {
  return Math.max(LEAST_MS, (median_ms * percent) / 100)
}

/** The same for a person: `300% of the usual 12s: 36s`. */
export function relativeTimeoutText(percent: number, usual: UsualRun | null): string {
  if (usual === null) return `${percent}% of its usual run time: none known yet, so no timeout`
  const limit = formatDuration(relativeTimeout(usual, percent))
  return `${percent}% of the usual ${formatDuration(usual.median_ms)} (median of ${usual.runs}): ${limit}`
}
