import type { Group } from '../../../shared/status.ts'
import type { AnswerOf, QueryOf, ReadyJob } from '../store/store.ts'
import { compareReady, ReadyWindow } from './ready-window.ts'

/** Loads ready jobs from disk. */
export type LoadReady = (query: QueryOf<'ready'>) => Promise<AnswerOf<'ready'>>

interface Lane {
  group: Group
  readonly window: ReadyWindow
  /** Places of the group that are taken: by each worker that holds jobs of it, as many as one of those takes. */
  active: number
}

export interface ReadyQueueOptions {
  readonly load: LoadReady
  /** Places of the pool. */
  readonly concurrency: () => number
  /** Jobs arrived in a window: the dispatcher looks again. */
  readonly onReady: () => void
  readonly onLoadError: (error: unknown) => void
  /** True for a job that is claimed already. */
  readonly isClaimed: (job_id: number) => boolean
}

/**
 * The ready jobs of all groups, one bounded window each (one window for all would let a paused group starve the others),
 * and the places each group has.
 */
export class ReadyQueue {
  readonly #lanes = new Map<number, Lane>()
  readonly #idsByName = new Map<string, number>()
  readonly #options: ReadyQueueOptions

  constructor(options: ReadyQueueOptions) {
    this.#options = options
  }

  /** Adds the group or takes over its new limit and pause flag. */
  setGroup(group: Group): void {
    this.#idsByName.set(group.name, group.id)
    const lane = this.#lanes.get(group.id)
    if (lane !== undefined) lane.group = group
    else this.#lanes.set(group.id, { group, window: new ReadyWindow(), active: 0 })
  }

  group(group_id: number): Group | undefined {
    return this.#lanes.get(group_id)?.group
  }

  groupByName(name: string): Group | undefined {
    const group_id = this.#idsByName.get(name)
    return group_id === undefined ? undefined : this.group(group_id)
  }

  groups(): { readonly group: Group; readonly active: number }[] {
    return [...this.#lanes.values()].map(({ group, active }) => ({ group, active }))
  }

  /** A job has become ready, on disk. One that was claimed before is left alone. */
  offer(job: ReadyJob): void {
    if (this.#options.isClaimed(job.id)) return
    this.#lanes.get(job.group_id)?.window.offer(job)
  }

  /** A job whose commit is under way; it is to be offered again after that, for a load meanwhile may not see it. */
  offerUnwritten(job: ReadyJob): void {
    this.#lanes.get(job.group_id)?.window.offerUnwritten(job)
  }

  invalidate(group_id: number): void {
    this.#lanes.get(group_id)?.window.invalidate()
  }

  invalidateAll(): void {
    for (const lane of this.#lanes.values()) lane.window.invalidate()
  }

  /**
   * The job that is to run next: the first of the groups whose first job has room in its group. One that has none keeps
   * those of its group that stand behind it from running, for else a large one would never find enough room.
   */
  best(): ReadyJob | undefined {
    let best: ReadyJob | undefined
    for (const lane of this.#lanes.values()) {
      if (lane.group.paused) continue
      if (lane.group.parallel_limit !== null && lane.active >= lane.group.parallel_limit) continue
      this.#fill(lane)
      const job = lane.window.peek()
      if (job === undefined || this.#roomOf(lane) < this.#placesOf(lane, job)) continue
      if (best === undefined || compareReady(job, best) < 0) best = job
    }
    return best
  }

  /** How many places a job takes: as many as it says, or all there are where it says more. */
  placesOf(job: ReadyJob): number {
    const lane = this.#lanes.get(job.group_id)
    return lane === undefined ? job.slots : this.#placesOf(lane, job)
  }

  #placesOf({ group }: Lane, { slots }: ReadyJob): number {
    if (slots === 1) return 1
    return Math.max(1, Math.min(slots, group.parallel_limit ?? slots, this.#options.concurrency()))
  }

  #roomOf({ group, active }: Lane): number {
    return group.parallel_limit === null ? Number.POSITIVE_INFINITY : group.parallel_limit - active
  }

  /** The first ready job of a group, whatever its limit. */
  peek(group_id: number): ReadyJob | undefined {
    const lane = this.#lanes.get(group_id)
    if (lane === undefined || lane.group.paused) return undefined
    this.#fill(lane)
    return lane.window.peek()
  }

  /** Ready jobs of a group that are in memory. */
  count(group_id: number): number {
    return this.#lanes.get(group_id)?.window.length ?? 0
  }

  take(group_id: number): ReadyJob | undefined {
    return this.#lanes.get(group_id)?.window.take()
  }

  /** A worker holds jobs of the group from now on, which take so many places. */
  occupy(group_id: number, places: number): void {
    const lane = this.#lanes.get(group_id)
    if (lane !== undefined) lane.active += places
  }

  vacate(group_id: number, places: number): void {
    const lane = this.#lanes.get(group_id)
    if (lane !== undefined) lane.active -= places
  }

  /** More places of the group are taken than it has, since its limit was lowered. */
  isOver(group_id: number): boolean {
    const lane = this.#lanes.get(group_id)
    if (lane === undefined || lane.group.parallel_limit === null) return false
    return lane.active > lane.group.parallel_limit
  }

  /** Ready jobs in memory that could be claimed now in so many free places: how many more workers there is work for. */
  demand(free: number): number {
    let demand = 0
    for (const lane of this.#lanes.values()) {
      if (lane.group.paused) continue
      this.#fill(lane)
      const places = Math.min(free, this.#roomOf(lane))
      demand += lane.window.countFitting(places, (job) => this.#placesOf(lane, job))
      if (demand >= free) return Math.max(0, free)
    }
    return demand
  }

  /** True where every group is known to have nothing ready. */
  isEmpty(): boolean {
    for (const lane of this.#lanes.values()) if (!lane.window.isEmpty()) return false
    return true
  }

  #fill(lane: Lane): void {
    if (!lane.window.needsLoad()) return
    const { after, limit, generation } = lane.window.beginLoad()
    this.#options.load({ type: 'ready', group_id: lane.group.id, after, limit }).then(
      (jobs) => {
        lane.window.endLoad(generation, jobs, limit, this.#options.isClaimed)
        this.#options.onReady()
      },
      (error: unknown) => {
        lane.window.cancelLoad(generation)
        this.#options.onLoadError(error)
      },
    )
  }
}
