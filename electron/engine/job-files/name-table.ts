/** A name that was seen, and the job that has it. */
export interface NamedJob {
  /** Index of the job in the drop; null where it has a fault and was left out. */
  readonly index: number | null
  readonly line: number
}

/** Slots are a power of two. */
const [START_SLOTS, MAX_LOAD] = [1_024, 0.7]
const NO_INDEX = -1
/** Hash (two), index and line of a slot; line 0 means that it is free. */
const FIELDS = 4

/**
 * The names of the jobs of one JSON Lines file. It may have millions, so a name is kept as 64 bits of a hash, in 16
 * bytes with what it stands for: that two names of a million meet is less likely than a broken disk.
 */
export class NameTable {
  #slots = new Int32Array(START_SLOTS * FIELDS)
  #size = 0
  #hashed: string | null = null
  #high = 0
  #low = 0

  get(name: string): NamedJob | undefined {
    this.#hash(name)
    const at = freeOrSame(this.#slots, this.#high, this.#low)
    const line = this.#slots[at + 3] ?? 0
    if (line === 0) return undefined
    const index = this.#slots[at + 2] ?? NO_INDEX
    return { index: index === NO_INDEX ? null : index, line }
  }

  /** @param line from 1. The name must not be there yet. */
  add(name: string, { index, line }: NamedJob): void {
    if (this.#size + 1 > (this.#slots.length / FIELDS) * MAX_LOAD) this.#grow()
    this.#hash(name)
    const at = freeOrSame(this.#slots, this.#high, this.#low)
    this.#slots[at] = this.#high
    this.#slots[at + 1] = this.#low
    this.#slots[at + 2] = index ?? NO_INDEX
    this.#slots[at + 3] = line
    this.#size += 1
  }

  #grow(): void {
    const old = this.#slots
    const larger = new Int32Array(old.length * 2)
    for (let at = 0; at < old.length; at += FIELDS) {
      const line = old[at + 3] ?? 0
      if (line === 0) continue
      const [high, low] = [old[at] ?? 0, old[at + 1] ?? 0]
      const to = freeOrSame(larger, high, low)
      larger[to] = high
      larger[to + 1] = low
      larger[to + 2] = old[at + 2] ?? NO_INDEX
      larger[to + 3] = line
    }
    this.#slots = larger
  }

  /**
   * 64 bits, mixed as in MurmurHash3: a cryptographic hash would be a fifth of what reading a line costs. Asked for, a new
   * name is added next: it is hashed once.
   */
  #hash(name: string): void {
    if (name === this.#hashed) return
    this.#hashed = name
    let high = 0xdeadbeef ^ SEED
    let low = 0x41c6ce57 ^ SEED
    for (let at = 0; at < name.length; at += 1) {
      const unit = name.charCodeAt(at)
      high = Math.imul(high ^ unit, 2_654_435_761)
      low = Math.imul(low ^ unit, 1_597_334_677)
    }
    high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
    low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
    this.#high = high
    this.#low = low
  }
}

/** Where the name of this hash is, or would be. */
function freeOrSame(slots: Int32Array, high: number, low: number): number {
  const mask = slots.length - 1
  for (let at = Math.imul(low, FIELDS) & mask; ; at = (at + FIELDS) & mask) {
    if (slots[at + 3] === 0 || (slots[at] === high && slots[at + 1] === low)) return at
  }
}

/** Another one in each process, so that no file can be written whose names meet. */
const [SEED = 0] = crypto.getRandomValues(new Uint32Array(1))
