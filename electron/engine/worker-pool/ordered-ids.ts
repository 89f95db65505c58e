/** Removed ids are dropped from the array when there are so many, and more than half of it. */
const COMPACT_AT = 256

/**
 * Ids in the order in which they came, for ids that go in about that order, too: a `Set` would be built anew all the
 * time.
 */
export class OrderedIds {
  #ids: number[] = []
  #head = 0

  get size(): number {
    return this.#ids.length - this.#head
  }

  get first(): number | undefined {
    return this.#ids[this.#head]
  }

  /** The id must not be there already. */
  add(id: number): void {
    this.#ids.push(id)
  }

  /** @returns false where it was not there */
  delete(id: number): boolean {
    const at = this.#ids.indexOf(id, this.#head)
    if (at < 0) return false
    if (at > this.#head) this.#ids.splice(at, 1)
    else this.#head += 1
    if (this.#head > COMPACT_AT && this.#head * 2 > this.#ids.length) {
      this.#ids = this.#ids.slice(this.#head)
      this.#head = 0
    }
    return true
  }

  clear(): void {
    this.#ids = []
    this.#head = 0
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let at = this.#head; at < this.#ids.length; at += 1) yield this.#ids[at] ?? 0
  }
}
