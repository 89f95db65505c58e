import type { Group } from '../../../shared/status.ts'
import type { AnswerOf, QueryOf, ReadyJob } from '../store/store.ts'
import { compareReady, ReadyWindow } from './ready-window.ts'

/** Loads ready jobs from disk. */
export type LoadReady = (query: QueryOf<'ready'>) => Promise<AnswerOf<'ready'>>

interface Lane {
  group: Group
  readonly window: ReadyWindow
  /** Places of the group that are taken: workers that hold jobs of it. */
  active: number
}

export interface ReadyQueueOptions {
  readonly load: LoadReady
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

  /** The group whose first job is to run next among those that have a place; its window is not empty. */
  bestGroup(): number | null {
    let best: Lane | null = null
    let bestJob: ReadyJob | undefined
    for (const lane of this.#lanes.values()) {
      if (lane.group.paused) continue
      if (lane.group.parallel_limit !== null && lane.active >= lane.group.parallel_limit) continue
      this.#fill(lane)
      const job = lane.window.peek()
      if (job === undefined) continue
      if (bestJob === undefined || compareReady(job, bestJob) < 0) {
        best = lane
        bestJob = job
      }
    }
    return best?.group.id ?? null
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

  /** A worker holds jobs of the group from now on. */
  occupy(group_id: number): void {
    const lane = this.#lanes.get(group_id)
    if (lane !== undefined) lane.active += 1
  }

  vacate(group_id: number): void {
    const lane = this.#lanes.get(group_id)
    if (lane !== undefined) lane.active -= 1
  }

  /** More places of the group are taken than it has, since its limit was lowered. */
  isOver(group_id: number): boolean {
    const lane = this.#lanes.get(group_id)
    if (lane === undefined || lane.group.parallel_limit === null) return false
    return lane.active > lane.group.parallel_limit
  }

  /** Ready jobs in memory that could be claimed now, counted up to `atMost`: how many workers there is work for. */
  demand(atMost: number): number {
    let demand = 0
    for (const lane of this.#lanes.values()) {
      if (lane.group.paused) continue
      this.#fill(lane)
      const places =
        lane.group.parallel_limit === null ? atMost : Math.max(0, lane.group.parallel_limit - lane.active)
      demand += Math.min(places, lane.window.length)
      if (demand >= atMost) return atMost
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
