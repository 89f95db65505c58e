import type { FSWatcher } from 'node:fs'
import { watch } from 'node:fs'

/** Looked at anyway after this long: not every file system tells of changes. */
const WATCHED_MS = 1_000
/** Where the system does not watch at all (no folder yet, no watches left). */
const UNWATCHED_MS = 200

/**
 * Waits until a file of an attempt's output may have grown. A hint, never a promise: it wakes for nothing now and then,
 * and after some time in any case.
 */
export class LogGrowth {
  readonly #folder: string
  /** Its tail files begin with it. */
  readonly #name: string
  #watcher: FSWatcher | null = null
  #grown = false
  #resolve: (() => void) | null = null

  constructor(folder: string, name: string) {
    this.#folder = folder
    this.#name = name
  }

  /** Resolves when a file grew (or `wake` was called) since the last call, or after some time. */
  async wait(): Promise<void> {
    this.#watch()
    if (!this.#grown) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#watcher === null ? UNWATCHED_MS : WATCHED_MS)
        this.#resolve = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#resolve = null
    this.#grown = false
  }

  wake(): void {
    this.#grown = true
    this.#resolve?.()
  }

  close(): void {
    this.#watcher?.close()
    this.#watcher = null
  }

  #watch(): void {
    if (this.#watcher !== null) return
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, (_event, name) => {
        if (name === null || name.startsWith(this.#name)) this.wake()
      })
    } catch {
      // Nothing to watch yet, or no watches left: the time will do.
      return
    }
    this.#watcher.on('error', () => {
      this.close()
    })
    // What was written before the watch began is found by looking once more.
    this.#grown = true
  }
}
