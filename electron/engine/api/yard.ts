import type { JobState } from '../../../shared/job.ts'
import type { StateCounts, WorkerStatus } from '../../../shared/status.ts'
import type { WhenDoneStatus } from '../../../shared/when-done.ts'
import type { GroupStatus, RunningJob, YardSnapshot } from '../../../shared/yard.ts'
import type { Engine } from '../engine.ts'
import { noCounts } from '../store/history-counts.ts'

/** A worker may hold a thousand short jobs ahead; whoever watches sees the first run. */
const MAX_HELD_SHOWN = 8
/** Counting asks the store's thread, which has better things to do at each frame. */
const COUNT_INTERVAL_MS = 100

interface Told {
  readonly progress: number | null
  readonly message: string | null
}

/**
 * What of an engine is shown to every watcher, as it is now: the engine's own state, what running jobs told of
 * themselves, and the counters, which are read anew while jobs change.
 */
export class Yard {
  readonly #engine: Engine
  readonly #place: Pick<YardSnapshot, 'data_dir' | 'version'>
  readonly #onCounts: () => void
  readonly whenDone: () => WhenDoneStatus
  /** By job: what running jobs told last. */
  readonly #told = new Map<number, Told>()
  #counts: StateCounts | null = null
  #counting: Promise<void> | null = null
  #recount = false
  #timer: NodeJS.Timeout | null = null

  /** @param onCounts the counters were read anew */
  constructor(
    engine: Engine,
    place: Pick<YardSnapshot, 'data_dir' | 'version'>,
    whenDone: () => WhenDoneStatus,
    onCounts: () => void,
  ) {
    this.whenDone = whenDone
    this.#engine = engine
    this.#place = place
    this.#onCounts = onCounts
  }

  tell(job_id: number, told: Told): void {
    this.#told.set(job_id, told)
  }

  /** Jobs changed: the counters are read soon. */
  recount(): void {
    this.#recount = true
    if (this.#counting !== null || this.#timer !== null) return
    void this.#count()
  }

  async #count(): Promise<void> {
    this.#recount = false
    this.#counting = this.#readCounts()
    await this.#counting
    this.#counting = null
    this.#onCounts()
    this.#timer = setTimeout(() => {
      this.#timer = null
      if (this.#recount) void this.#count()
    }, COUNT_INTERVAL_MS)
  }

  async #readCounts(): Promise<void> {
    const counts: Record<JobState, number> = noCounts()
    try {
      for (const { state, count } of await this.#engine.store.query({ type: 'counters' }))
        counts[state] += count
      this.#counts = counts
    } catch {
      // The store is closed, or ill and says so elsewhere: the last counts stand.
    }
  }

  get counts(): StateCounts {
    return this.#counts ?? noCounts()
  }

  get groups(): GroupStatus[] {
    return this.#engine.groups().map(({ group, active }) => ({ ...group, active }))
  }

  get workers(): WorkerStatus[] {
    return this.#engine
      .workers()
      .map((worker) => ({ ...worker, job_ids: worker.job_ids.slice(0, MAX_HELD_SHOWN) }))
  }

  get running(): RunningJob[] {
    const running = this.#engine.running()
    const ids = new Set(running.map(({ job_id }) => job_id))
    for (const job_id of this.#told.keys()) if (!ids.has(job_id)) this.#told.delete(job_id)
    return running.map((job) => ({ ...job, progress: null, message: null, ...this.#told.get(job.job_id) }))
  }

  async snapshot(): Promise<YardSnapshot> {
    await (this.#counting ?? this.#readCounts())
    return {
      ...this.#place,
      now_ms: Date.now(),
      pool: this.#engine.poolStatus(),
      counts: this.counts,
      groups: this.groups,
      workers: this.workers,
      running: this.running,
      when_done: this.whenDone(),
    }
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#recount = false
  }
}
