/** A mark on disk that is always ahead of the ids that were handed out. */
export interface IdMark {
  /** Ids reserved at a time. */
  readonly step: number
  /** Writes the mark: ids below it may be in use. Called before they are handed out; what uses them is written after it. */
  readonly write: (below: number) => void
}

/**
 * Hands out integers one after the other. Where an id may be seen before a row with it is on disk, a mark keeps it from
 * being used again after a crash; else the rows themselves say which id is the next.
 */
export class IdSequence {
  #next: number
  #reserved: number
  readonly #mark: IdMark | null

  /** @param next the first id that is free */
  constructor(next: number, mark: IdMark | null = null) {
    this.#next = next
    this.#reserved = next
    this.#mark = mark
  }

  get next(): number {
    return this.#next
  }

  /** @returns the first of `count` consecutive ids */
  take(count: number): number {
    const first = this.#next
    this.#next += count
    if (this.#mark !== null && this.#next > this.#reserved) {
      this.#reserved = this.#next + this.#mark.step
      this.#mark.write(this.#reserved)
    }
    return first
  }
}
