/** At most so often the order of the list is read again. */
const INTERVAL_MS = 400
/** A list that takes long to read (a million jobs that are sorted) is read less often: it has four fifths of the time free. */
const REST_TIMES = 4

/** Reads the list again after changes: soon after the first, then at a calm pace, one at a time. */
export class RefreshPace {
  readonly #refresh: () => Promise<void>
  #timer: ReturnType<typeof setTimeout> | null = null
  #is_asked = false
  #last_ms = 0
  #took_ms = 0

  constructor(refresh: () => Promise<void>) {
    this.#refresh = refresh
  }

  ask(): void {
    this.#is_asked = true
    if (this.#timer !== null) return
    const rest_ms = Math.max(INTERVAL_MS, this.#took_ms * REST_TIMES)
    const wait_ms = Math.max(40, this.#last_ms + rest_ms - performance.now())
    this.#timer = setTimeout(() => void this.#run(), wait_ms)
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#is_asked = false
  }

  async #run(): Promise<void> {
    this.#is_asked = false
    const began_ms = performance.now()
    await this.#refresh()
    this.#last_ms = performance.now()
    this.#took_ms = this.#last_ms - began_ms
    this.#timer = null
    if (this.#wasAsked()) this.ask()
  }

  /** Maybe while the list was read. */
  #wasAsked(): boolean {
    return this.#is_asked
  }
}
