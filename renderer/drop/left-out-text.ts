import type { Submitted } from '../../shared/drop.ts'
import { plural } from '../format.ts'

/** Which jobs of a drop were not queued, and why; null: all were. */
export function leftOutText({ duplicates, left_out }: Submitted): string | null {
  const { succeeded, waiting } = left_out ?? { succeeded: 0, waiting: 0 }
  const [first] = duplicates?.first ?? []
  const parts = [
    succeeded > 0 ? `${plural(succeeded, 'job has', 'jobs have')} succeeded before` : null,
    waiting > 0 ? `${plural(waiting, 'job is', 'jobs are')} in the queue already` : null,
    duplicates !== undefined && first !== undefined
      ? `${plural(duplicates.count, 'job was', 'jobs were')} left out: job ${first.of} has the unique key of ${first.name}`
      : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? null : parts.join(', ')
}
