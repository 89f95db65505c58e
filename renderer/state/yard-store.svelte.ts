import { JOB_STATES } from '../../shared/job.ts'
import type { PoolStatus, StateCounts, WorkerStatus } from '../../shared/status.ts'
import type { WhenDoneStatus } from '../../shared/when-done.ts'
import type { GroupStatus, RunningJob, YardDelta, YardSnapshot } from '../../shared/yard.ts'
import { mergeDeltas } from './merge-delta.ts'
import { runningById } from './running-by-id.ts'
import { Throughput } from './throughput.ts'

/** Where no frames are painted (the window is hidden), deltas are applied after this time. */
const HIDDEN_INTERVAL_MS = 250

const NO_COUNTS: StateCounts = {
  held: 0,
  blocked: 0,
  scheduled: 0,
  retrying: 0,
  queued: 0,
  running: 0,
  suspended: 0,
  stopping: 0,
  interrupted: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
}

/** What changed in the yard with one frame. */
export type YardListener = (delta: YardDelta) => void

/** What an owner has pushed: a snapshot, and deltas merged to at most one a frame. Arrays are replaced, never changed. */
export class YardStore {
  readonly #throughput = new Throughput()
  pool = $state.raw<PoolStatus>({ state: 'stopped', concurrency: 1, active: 0 })
  counts = $state.raw<StateCounts>(NO_COUNTS)
  groups = $state.raw<readonly GroupStatus[]>([])
  workers = $state.raw<readonly WorkerStatus[]>([])
  running = $state.raw<readonly RunningJob[]>([])
  when_done = $state.raw<WhenDoneStatus>({ choice: 'nothing', acts_ms: null, error: null })
  data_dir = $state('')
  version = $state('')
  /** Counts snapshots. Whoever has asked for something asks again when it grows. 0: nothing has come yet. */
  epoch = $state(0)
  /** The owner's clock, for times that go on. Moves once a second. */
  now_ms = $state(Date.now())
  readonly running_by_id: ReadonlyMap<number, RunningJob> = $derived(runningById(this.running))
  /** Ended in each of the last sixty seconds, oldest first. */
  readonly samples: readonly number[] = $derived(this.#throughput.samples(this.now_ms))
  readonly per_second: number | null = $derived(this.#throughput.perSecond(this.now_ms))

  #listeners: readonly YardListener[] = []
  #clock_ahead_ms = 0
  #pending: YardDelta | null = null
  #frame = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @returns stops the clock */
  start(): () => void {
    const tick = setInterval(() => {
      this.now_ms = this.ownerTime()
    }, 1_000)
    return () => {
      clearInterval(tick)
      this.#cancelFrame()
    }
  }

  /** What the owner's clock shows now. */
  ownerTime(): number {
    return Date.now() + this.#clock_ahead_ms
  }

  onSnapshot(yard: YardSnapshot): void {
    this.#pending = null
    this.#clock_ahead_ms = yard.now_ms - Date.now()
    this.pool = yard.pool
    this.counts = yard.counts
    this.groups = yard.groups
    this.workers = yard.workers
    this.running = yard.running
    this.when_done = yard.when_done
    this.data_dir = yard.data_dir
    this.version = yard.version
    this.now_ms = yard.now_ms
    this.epoch += 1
  }

  onDelta(yard: YardDelta): void {
    this.#pending = this.#pending === null ? yard : mergeDeltas(this.#pending, yard)
    if (this.#timer !== undefined) return
    const apply = (): void => {
      this.#apply()
    }
    this.#frame = requestAnimationFrame(apply)
    this.#timer = setTimeout(apply, HIDDEN_INTERVAL_MS)
  }

  /**
   * Tells of each delta when it has been applied.
   * @returns ends it
   */
  listen(listener: YardListener): () => void {
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener)
    }
  }

  #apply(): void {
    this.#cancelFrame()
    const yard = this.#pending
    this.#pending = null
    if (yard === null) return
    this.#clock_ahead_ms = yard.now_ms - Date.now()
    if (yard.pool !== undefined) this.pool = yard.pool
    if (yard.counts !== undefined) this.counts = yard.counts
    if (yard.groups !== undefined) this.groups = yard.groups
    if (yard.workers !== undefined) this.workers = yard.workers
    if (yard.running !== undefined) this.running = yard.running
    if (yard.when_done !== undefined) this.when_done = yard.when_done
    if (yard.ended !== undefined) this.#throughput.add(yard.ended.count, yard.now_ms)
    for (const listener of this.#listeners) listener(yard)
  }

  #cancelFrame(): void {
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

/** How many jobs are in one of these states. */
export function countOf(counts: StateCounts, states: readonly (keyof StateCounts)[]): number {
  return states.reduce((total, state) => total + counts[state], 0)
}

export function countAll(counts: StateCounts): number {
  return countOf(counts, JOB_STATES)
}
