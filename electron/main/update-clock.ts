/** Not at the start: whoever opens the app wants to work with it. */
const FIRST_LOOK_MS = 60 * 60 * 1_000
const NEXT_LOOK_MS = 24 * 60 * 60 * 1_000

/** Looks for updates an hour after it was made, and once a day from then on, whenever the setting allows it. */
export class UpdateClock {
  readonly #mayLook: () => boolean
  readonly #look: () => void
  #timer: NodeJS.Timeout | null = null

  constructor(options: { readonly mayLook: () => boolean; readonly look: () => void }) {
    this.#mayLook = options.mayLook
    this.#look = options.look
    this.#lookAfter(FIRST_LOOK_MS)
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #lookAfter(delay_ms: number): void {
    this.#timer = setTimeout(() => {
      // Asked each time: the setting may have been changed since.
      if (this.#mayLook()) this.#look()
      this.#lookAfter(NEXT_LOOK_MS)
    }, delay_ms)
  }
}
