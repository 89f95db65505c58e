/** Lets a sender have so many messages under way; `take` waits for its turn. */
export class Credit {
  #left: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#left = count
  }

  async take(): Promise<void> {
    if (this.#left > 0) {
      this.#left -= 1
      return
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  give(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#left += 1
    else next()
  }
}
