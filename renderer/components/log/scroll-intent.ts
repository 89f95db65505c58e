/** How long after a wheel, key or press scrolling still counts as the person's. */
const INTENT_MS = 800

const UP_KEYS: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home'])

/**
 * Tells a person who scrolls up from a list that moves by itself (lines are added, heights become known): only the person
 * ends the following.
 */
export class ScrollIntent {
  readonly #now: () => number
  #last_offset = 0
  #until_ms = -Infinity

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  noticeWheel(delta_y: number): void {
    if (delta_y < 0) this.#until_ms = this.#now() + INTENT_MS
  }

  noticeKey(key: string): void {
    if (UP_KEYS.has(key)) this.#until_ms = this.#now() + INTENT_MS
  }

  /** A press may be one on the scroll bar: for as long as a drag takes. */
  noticePointer(): void {
    this.#until_ms = this.#now() + 10 * INTENT_MS
  }

  /** @returns whether the end is followed from now on */
  follows(offset: number, is_at_end: boolean, followed: boolean): boolean {
    const went_up = offset < this.#last_offset - 1
    this.#last_offset = offset
    if (is_at_end && !went_up) return true
    return went_up && this.#now() < this.#until_ms ? false : followed
  }
}
