import { atClockTime } from './clock-timer.ts'
import type { Journal } from '../store/journal.ts'
import type { Changes } from '../store/store-records.ts'
import type { Store } from '../store/store.ts'

/** Jobs made ready in one transaction. */
const PROMOTE_LIMIT = 1_000

export interface DueTimerOptions {
  readonly store: Store
  readonly journal: Journal
  readonly announce: (changes: Changes) => void
  readonly onError: (error: unknown) => void
  readonly now: () => number
}

/** Wakes when the next scheduled or retrying job is due and makes it ready. One timer, whatever the number of jobs. */
export class DueTimer {
  readonly #options: DueTimerOptions
  #clear: (() => void) | null = null
  #armed_ms: number | null = null
  #running = false
  /** Something has become due since the last look. */
  #again = false
  #closed = false

  constructor(options: DueTimerOptions) {
    this.#options = options
  }

  /** A job will be due at that time. */
  consider(at_ms: number): void {
    if (this.#closed || (this.#armed_ms !== null && this.#armed_ms <= at_ms)) return
    this.#clear?.()
    this.#armed_ms = at_ms
    this.#clear = atClockTime(at_ms, this.#options.now, () => {
      this.#armed_ms = null
      void this.#promote()
    })
  }

  /** Makes ready what is due now, as the clock may have jumped. */
  look(): Promise<void> {
    return this.#promote()
  }

  /** Asks the store when the next is due; after anything that may have set or cleared times. */
  async refresh(): Promise<void> {
    if (this.#closed) return
    const next_ms = await this.#options.store.query({ type: 'next-due' })
    if (next_ms !== null) this.consider(next_ms)
  }

  close(): void {
    this.#closed = true
    this.#clear?.()
  }

  async #promote(): Promise<void> {
    if (this.#closed) return
    // What is due now may not be on disk before the run under way: that one goes round once more.
    this.#again = true
    if (this.#running) return
    this.#running = true
    try {
      while (this.#again) {
        this.#again = false
        const changes = await this.#options.journal.write({
          type: 'promote-due',
          now_ms: this.#options.now(),
          limit: PROMOTE_LIMIT,
        })
        this.#options.announce(changes)
        if (changes.count === PROMOTE_LIMIT) this.#again = true
      }
      this.#running = false
      await this.refresh()
    } catch (error) {
      this.#options.onError(error)
    } finally {
      this.#running = false
    }
  }
}
