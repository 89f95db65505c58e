/** Passes values on at most once in `interval_ms`, the newest then; the last one is never lost. */
export class Throttle<T> {
  readonly #interval_ms: number
  readonly #emit: (value: T) => void
  #passed_at = Number.NEGATIVE_INFINITY
  #waiting: { readonly value: T } | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(interval_ms: number, emit: (value: T) => void) {
    this.#interval_ms = interval_ms
    this.#emit = emit
  }

  offer(value: T): void {
    this.#waiting = { value }
    if (this.#timer !== null) return
    const due_ms = this.#passed_at + this.#interval_ms - performance.now()
    if (due_ms <= 0) this.flush()
    else {
      this.#timer = setTimeout(() => {
        this.flush()
      }, due_ms)
    }
  }

  /** Passes on at once what waits. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#waiting === null) return
    const { value } = this.#waiting
    this.#waiting = null
    this.#passed_at = performance.now()
    this.#emit(value)
  }
}
