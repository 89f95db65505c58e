import type { JobState, PoolState } from '../../../shared/job.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import type { JobListQuery, JobPage } from '../../../shared/listing.ts'
import type { GroupSummary, HistoryJob, HistoryRecord, JobDetails } from '../../../shared/status.ts'
import { DatabaseHistory } from './database-history.ts'
import { openForReading } from './history-connection.ts'
import { noCounts } from './history-counts.ts'
import type { KnownJobs } from './history-known.ts'
import type { Owner } from './owner-lock.ts'
import { readOwner } from './owner-lock.ts'

export interface HistorySummary {
  /** `stopped` where nobody owns the data directory. */
  readonly pool: PoolState
  /** A person paused the pool; it will be paused when it is started. */
  readonly pool_paused: boolean
  /** Workers, as set last; null: never set. */
  readonly concurrency: number | null
  readonly owner: Owner | null
  readonly counts: Readonly<Record<JobState, number>>
  readonly groups: readonly GroupSummary[]
}

/**
 * Read-only views of everything a data directory holds, for whoever is not its owner (and for the owner's windows). Sees
 * what is committed, never waits for the owner and never holds it up. Jobs that were cleared away and those of
 * submissions still coming in are not seen. Every method may throw DATA_CORRUPT (with the job's id, where it is a row
 * that does not parse) and DATA_DIR_UNUSABLE.
 */
export interface History {
  /** One page, of any size. Where `isCancelled` says so it ends early, with what was found; one that is sorted throws ABANDONED. */
  list(query: JobListQuery, isCancelled?: () => boolean): JobPage
  /** The jobs with these ids, in this order; those that are not there are missing. */
  rows(ids: readonly number[]): HistoryJob[]
  /** @returns null where there is no such job */
  show(job_id: number): JobDetails | null
  /** All that match, by id, read page by page: memory does not grow. Ends early where `isCancelled` says so. */
  exportJobs(filter?: JobFilter, isCancelled?: () => boolean): Generator<HistoryRecord, void, undefined>
  /** Jobs that have succeeded or will be run, with what they do; `after` is 0, or `next` of the page before. */
  known(after: number): KnownJobs
  summary(): HistorySummary
  close(): void
}

/**
 * Opens the history of a data directory. One that never had an owner has an empty one.
 * @throws JobyardError DATA_DIR_UNUSABLE, DATA_TOO_NEW, DATA_CORRUPT
 */
export function openHistory(dir: string): History {
  const db = openForReading(dir)
  return db === null ? new EmptyHistory(dir) : new DatabaseHistory(dir, db)
}

class EmptyHistory implements History {
  readonly #dir: string

  constructor(dir: string) {
    this.#dir = dir
  }

  list(): JobPage {
    return { jobs: [], next: null }
  }

  rows(): HistoryJob[] {
    return []
  }

  show(): null {
    return null
  }

  *exportJobs(): Generator<HistoryRecord, void, undefined> {
    // Nothing was ever stored.
  }

  known(): KnownJobs {
    return { jobs: [], next: null }
  }

  summary(): HistorySummary {
    const owner = readOwner(this.#dir)
    return { pool: 'stopped', pool_paused: false, concurrency: null, owner, counts: noCounts(), groups: [] }
  }

  close(): void {
    // Nothing is open.
  }
}
