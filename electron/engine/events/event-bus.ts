import type { SerialisedError } from '../../../shared/errors.ts'
import type { JobState } from '../../../shared/job.ts'
import type { EndedJob, Group, PoolStatus, WorkerStatus } from '../../../shared/status.ts'

/**
 * What the engine announces, always after the commit. Events state facts; nothing in the engine is driven by them.
 * Names are `noun:verb`.
 */
export interface EngineEvents {
  /** Jobs are in another state now. */
  'job:changed': { readonly jobs: readonly { readonly id: number; readonly state: JobState }[] }
  /** Jobs ended or came to rest as interrupted. */
  'job:ended': { readonly jobs: readonly EndedJob[] }
  'job:progress': {
    readonly job_id: number
    readonly progress: number | null
    readonly message: string | null
  }
  /** Output was written; `file_bytes` of the log file so far. */
  'job:output': { readonly job_id: number; readonly attempt_id: number; readonly file_bytes: number }
  'submission:added': { readonly submission_id: number; readonly count: number }
  'pool:changed': PoolStatus
  'group:changed': Group
  'worker:changed': WorkerStatus
  /** A worker wrote something itself; `text` is for a person. */
  'worker:output': { readonly worker_id: number; readonly text: string }
  /** Something of ours failed and was survived: the disk, a worker that cannot start, a refused transition. */
  'engine:fault': SerialisedError
}

type Listener<T> = (event: T) => void

/** Typed, synchronous. A listener that throws is reported and does not keep the others from hearing. */
export class EventBus {
  readonly #listeners: { [K in keyof EngineEvents]?: Set<Listener<EngineEvents[K]>> } = {}
  readonly #onListenerError: (error: unknown) => void

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError
  }

  /** @returns the function that ends the subscription */
  on<K extends keyof EngineEvents>(name: K, listener: Listener<EngineEvents[K]>): () => void {
    const listeners: Set<Listener<EngineEvents[K]>> = this.#listeners[name] ?? new Set()
    Object.assign(this.#listeners, { [name]: listeners })
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  has(name: keyof EngineEvents): boolean {
    return (this.#listeners[name]?.size ?? 0) > 0
  }

  emit<K extends keyof EngineEvents>(name: K, event: EngineEvents[K]): void {
    const listeners: Set<Listener<EngineEvents[K]>> | undefined = this.#listeners[name]
    if (listeners === undefined) return
    for (const listener of [...listeners]) {
      try {
        listener(event)
      } catch (error) {
        this.#onListenerError(error)
      }
    }
  }
}
