import type { WorkerRunner } from './worker-runner.ts'

/** Where a worker process stands among those of the pool. */
export interface WorkerPlace {
  /** From 1; the next process that comes to it has the same. */
  readonly place: number
  /** How often a process here was started anew because the one before crashed, was killed or was recycled. */
  readonly restarts: number
}

/** The places of the pool's processes: whoever comes in place of one that was lost takes its place over. */
export class WorkerPlaces {
  readonly #taken = new Map<WorkerRunner, WorkerPlace>()
  /** Restarts of places that nobody has at the moment. */
  readonly #free = new Map<number, number>()
  #highest = 0

  /** The lowest place that is free. */
  take(): WorkerPlace {
    let place = Math.min(...this.#free.keys())
    if (!Number.isFinite(place)) {
      this.#highest += 1
      place = this.#highest
    }
    const restarts = this.#free.get(place) ?? 0
    this.#free.delete(place)
    return { place, restarts }
  }

  settle(runner: WorkerRunner, place: WorkerPlace): void {
    this.#taken.set(runner, place)
  }

  /** @param is_lost whoever comes next was started anew; else the place was not needed any more */
  leave(runner: WorkerRunner, is_lost: boolean): void {
    const taken = this.#taken.get(runner)
    if (taken === undefined) return
    this.#taken.delete(runner)
    this.#free.set(taken.place, taken.restarts + (is_lost ? 1 : 0))
  }
}
