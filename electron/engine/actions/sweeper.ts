import { removeLogs } from '../store/log-store.ts'
import type { Journal } from '../store/journal.ts'

/** Cancel, reorder, clear and prune can be undone this long. */
const UNDO_MS = 60 * 60_000
const SWEEP_EVERY_MS = 5 * 60_000
/** Jobs deleted in one transaction: others write in between. */
const SWEEP_JOBS = 500

export interface SweeperOptions {
  readonly journal: Journal
  readonly log_dir: string
  readonly onError: (error: unknown) => void
  readonly now: () => number
}

/** Deletes for good what was cleared or pruned so long ago that it cannot be undone any more, and its output. */
export class Sweeper {
  readonly #options: SweeperOptions
  #timer: NodeJS.Timeout | null = null
  #sweeping: Promise<void> | null = null
  #closed = false

  constructor(options: SweeperOptions) {
    this.#options = options
  }

  /** Sweeps now and from time to time. */
  start(): void {
    this.#timer ??= setInterval(() => {
      this.#begin()
    }, SWEEP_EVERY_MS).unref()
    this.#begin()
  }

  /** Resolves when a sweep that is under way has come to a stop between two steps. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#sweeping
  }

  /** Sweeps everything that is due. */
  async sweep(): Promise<void> {
    const { journal, log_dir, now } = this.#options
    while (!this.#closed) {
      const { attempt_ids, more } = await journal.write({
        type: 'sweep',
        before_ms: now() - UNDO_MS,
        limit: SWEEP_JOBS,
      })
      await removeLogs(log_dir, attempt_ids)
      if (!more) return
    }
  }

  #begin(): void {
    this.#sweeping ??= this.sweep()
      .catch((error: unknown) => {
        this.#options.onError(error)
      })
      .finally(() => {
        this.#sweeping = null
      })
  }
}
