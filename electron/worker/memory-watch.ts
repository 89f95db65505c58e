import type { MemoryLimit } from '../../shared/job-spec.ts'

/** A look at all processes of the machine takes some milliseconds. */
const LOOK_MS = 500
const LEAST_LOOK_MS = 50

export interface MemoryWatchOptions {
  readonly limit: MemoryLimit
  /** What the job uses now, in bytes. */
  readonly measure: () => Promise<number>
  /** It has been over its limit for as long as it may. Called once. */
  readonly onOver: (memory_bytes: number) => void
}

/** Looks again and again at what a job uses, until it is closed. */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions
  readonly #look_ms: number
  #timer: NodeJS.Timeout | null = null
  #over_since: number | null = null
  #closed = false

  constructor(options: MemoryWatchOptions) {
    this.#options = options
    this.#look_ms = Math.max(LEAST_LOOK_MS, Math.min(LOOK_MS, options.limit.sustain_ms / 4))
    this.#arm()
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #arm(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => void this.#look(), this.#look_ms)
  }

  async #look(): Promise<void> {
    const { limit, measure, onOver } = this.#options
    // A look that fails is as good as none: the next one comes soon.
    const memory_bytes = await measure().catch(() => 0)
    if (this.#closed) return
    const now = performance.now()
    if (memory_bytes <= limit.max_bytes) this.#over_since = null
    else this.#over_since ??= now
    if (this.#over_since !== null && now - this.#over_since >= limit.sustain_ms) {
      this.close()
      onOver(memory_bytes)
      return
    }
    this.#arm()
  }
}
