/** Timers by number: one each, the last that was set. */
export class Timers {
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>()

  set(id: number, after_ms: number, run: () => void): void {
    this.clear(id)
    this.#timers.set(
      id,
      setTimeout(() => {
        this.#timers.delete(id)
        run()
      }, after_ms),
    )
  }

  clear(id: number): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
  }
}
