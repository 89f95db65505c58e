/** Paths that the app was given (by argument, by the system, by a second start, by its menu) and no page has taken yet. */
export class OpenedFiles {
  #paths: string[] = []
  #onAdded: () => void = () => undefined

  add(paths: readonly string[]): void {
    if (paths.length === 0) return
    this.#paths.push(...paths)
    this.#onAdded()
  }

  /** Each path is given out once. */
  take(): readonly string[] {
    return [...new Set(this.#paths.splice(0))]
  }

  /** @param listener called after each addition, and now if something is there */
  whenAdded(listener: () => void): void {
    this.#onAdded = listener
    if (this.#paths.length > 0) listener()
  }
}
