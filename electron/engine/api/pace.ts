/** Does something when it is asked for: at once, then at most once in so many milliseconds. */
export class Pace {
  readonly #interval_ms: number
  readonly #run: () => void
  #timer: NodeJS.Timeout | null = null
  #is_asked = false

  constructor(interval_ms: number, run: () => void) {
    this.#interval_ms = interval_ms
    this.#run = run
  }

  ask(): void {
    if (this.#timer !== null) {
      this.#is_asked = true
      return
    }
    this.#timer = setTimeout(() => {
      this.#timer = null
      if (!this.#is_asked) return
      this.#is_asked = false
      this.ask()
    }, this.#interval_ms)
    this.#run()
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#is_asked = false
  }
}
