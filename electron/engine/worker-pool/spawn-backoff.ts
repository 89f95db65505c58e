const FIRST_MS = 100
const MAX_MS = 30_000

/** After this many workers in a row died before they were ready, it is said aloud. */
export const FAILURES_TO_REPORT = 5

/** How long to wait before the next worker, where workers die at start. */
export class SpawnBackoff {
  #failures = 0

  get failures(): number {
    return this.#failures
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** @returns milliseconds to wait: none after the first death, then 100 ms doubling to 30 s */
  failed(): number {
    this.#failures += 1
    return this.#failures === 1 ? 0 : Math.min(MAX_MS, FIRST_MS * 2 ** (this.#failures - 2))
  }
}
