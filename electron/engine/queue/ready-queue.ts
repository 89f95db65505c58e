import type { Group } from '../../../shared/status.ts'
import type { AnswerOf, QueryOf } from '../store/store-queries.ts'
import type { ReadyJob } from '../store/store-records.ts'
import { compareReady, ReadyWindow } from './ready-window.ts'

/** Loads ready jobs from disk. */
export type LoadReady = (query: QueryOf<'ready'>) => Promise<AnswerOf<'ready'>>

interface Lane {
  group: Group
  /** Of the group it is in. */
  parent: Lane | null
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
    // A parent is made before what is in it.
    const parent = group.parent_id === undefined ? null : (this.#lanes.get(group.parent_id) ?? null)
    if (lane === undefined) {
      this.#lanes.set(group.id, { group, parent, window: new ReadyWindow(), active: 0 })
      return
    }
    lane.group = group
    // Places that are taken were counted where they will be given back.
    if (lane.active === 0) lane.parent = parent
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
    let waiting: Map<Lane, ReadyJob> | null = null
    for (const lane of this.#lanes.values()) {
      if (isPaused(lane) || roomOf(lane) <= 0) continue
      this.#fill(lane)
      const job = lane.window.peek()
      if (job === undefined) continue
      const places = this.#placesOf(lane, job)
      if (roomOf(lane) < places) {
        if (ownRoom(lane) >= places) noteFirst((waiting ??= new Map<Lane, ReadyJob>()), outermost(lane), job)
      } else if (best === undefined || compareReady(job, best) < 0) best = job
    }
    return waiting === null ? best : this.#bestBefore(waiting)
  }

  /** As above, but nothing that would take the room for which another waits that comes before it. */
  #bestBefore(waiting: ReadonlyMap<Lane, ReadyJob>): ReadyJob | undefined {
    let best: ReadyJob | undefined
    for (const lane of this.#lanes.values()) {
      const job = isPaused(lane) ? undefined : lane.window.peek()
      if (job === undefined || roomOf(lane) < this.#placesOf(lane, job)) continue
      const before = waiting.get(outermost(lane))
      if (before !== undefined && compareReady(before, job) < 0) continue
      if (best === undefined || compareReady(job, best) < 0) best = job
    }
    return best
  }

  /** How many places a job takes: as many as it says, or all there are where it says more. */
  placesOf(job: ReadyJob): number {
    const lane = this.#lanes.get(job.group_id)
    return lane === undefined ? job.slots : this.#placesOf(lane, job)
  }

  #placesOf(lane: Lane, { slots }: ReadyJob): number {
    if (slots === 1) return 1
    return Math.max(1, Math.min(slots, limitOf(lane), this.#options.concurrency()))
  }

  /** Places of a group, which has no more than the one it is in. */
  limitOf(group_id: number): number {
    const lane = this.#lanes.get(group_id)
    return lane === undefined ? Number.POSITIVE_INFINITY : limitOf(lane)
  }

  /** The group itself is paused, or the one it is in. */
  isPaused(group_id: number): boolean {
    const lane = this.#lanes.get(group_id)
    return lane !== undefined && isPaused(lane)
  }

  /** One group is the other, or is in it. */
  isWithin(group_id: number, outer_id: number): boolean {
    return group_id === outer_id || this.group(group_id)?.parent_id === outer_id
  }

  /** The first ready job of a group, whatever its limit. */
  peek(group_id: number): ReadyJob | undefined {
    const lane = this.#lanes.get(group_id)
    if (lane === undefined || isPaused(lane)) return undefined
    this.#fill(lane)
    return lane.window.peek()
  }

  /** What is ready in a group is not known yet, and is asked for. False where nothing of it may run anyway. */
  isUnknown(group_id: number): boolean {
    const lane = this.#lanes.get(group_id)
    if (lane === undefined || isPaused(lane)) return false
    this.#fill(lane)
    return lane.window.length === 0 && !lane.window.isEmpty()
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
    if (lane === undefined) return
    lane.active += places
    if (lane.parent !== null) lane.parent.active += places
  }

  vacate(group_id: number, places: number): void {
    const lane = this.#lanes.get(group_id)
    if (lane === undefined) return
    lane.active -= places
    if (lane.parent !== null) lane.parent.active -= places
  }

  /** More places of the group are taken than it has, since its limit was lowered. */
  isOver(group_id: number): boolean {
    const lane = this.#lanes.get(group_id)
    return lane !== undefined && roomOf(lane) < 0
  }

  /** Ready jobs in memory that could be claimed now in so many free places: how many more workers there is work for. */
  demand(free: number): number {
    let demand = 0
    for (const lane of this.#lanes.values()) {
      if (isPaused(lane)) continue
      this.#fill(lane)
      const places = Math.min(free, roomOf(lane))
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

function isPaused({ group, parent }: Lane): boolean {
  return group.paused || parent?.group.paused === true
}

function limitOf({ group, parent }: Lane): number {
  const none = Number.POSITIVE_INFINITY
  return Math.min(group.parallel_limit ?? none, parent?.group.parallel_limit ?? none)
}

/** The group that is in no other. */
function outermost(lane: Lane): Lane {
  return lane.parent ?? lane
}

function noteFirst(waiting: Map<Lane, ReadyJob>, lane: Lane, job: ReadyJob): void {
  const known = waiting.get(lane)
  if (known === undefined || compareReady(job, known) < 0) waiting.set(lane, job)
}

/** Free places of a group inside another, whatever that has; of another none that it could wait for alone. */
function ownRoom({ group, active, parent }: Lane): number {
  if (parent === null) return Number.POSITIVE_INFINITY
  return group.parallel_limit === null ? Number.POSITIVE_INFINITY : group.parallel_limit - active
}

/** Free places, of the group and of the one it is in. */
function roomOf({ group, active, parent }: Lane): number {
  const own = (group.parallel_limit ?? Number.POSITIVE_INFINITY) - active
  return parent === null ? own : Math.min(own, roomOf(parent))
}
