/** A name that was seen, and the job that has it. */
export interface NamedJob {
  /** Index of the job in the drop; null where it has a fault and was left out. */
  readonly index: number | null
  readonly line: number
}

type NameHash = readonly [number, number]

const [START_SLOTS, MAX_LOAD] = [1_024, 0.7]
const NO_INDEX = 0xffff_ffff
/** Hash (two), index and line of a slot; line 0 means that it is free. */
const FIELDS = 4

/**
 * The names of the jobs of one JSON Lines file. It may have millions, so a name is kept as 64 bits of a hash, in 16
 * bytes with what it stands for: that two names of a million meet is less likely than a broken disk.
 */
export class NameTable {
  #slots = new Uint32Array(START_SLOTS * FIELDS)
  #size = 0
  #last_name: string | null = null
  #last_hash: NameHash = [0, 0]

  get(name: string): NamedJob | undefined {
    const at = this.#find(this.#slots, this.#hash(name))
    const line = this.#slots[at + 3] ?? 0
    if (line === 0) return undefined
    const index = this.#slots[at + 2] ?? NO_INDEX
    return { index: index === NO_INDEX ? null : index, line }
  }

  /** @param line from 1. The name must not be there yet. */
  add(name: string, { index, line }: NamedJob): void {
    if (this.#size + 1 > (this.#slots.length / FIELDS) * MAX_LOAD) this.#grow()
    const hashed = this.#hash(name)
    const at = this.#find(this.#slots, hashed)
    this.#slots[at] = hashed[0]
    this.#slots[at + 1] = hashed[1]
    this.#slots[at + 2] = index ?? NO_INDEX
    this.#slots[at + 3] = line
    this.#size += 1
  }

  #find(slots: Uint32Array, [high, low]: NameHash): number {
    const count = slots.length / FIELDS
    for (let slot = low % count; ; slot = (slot + 1) % count) {
      const at = slot * FIELDS
      if (slots[at + 3] === 0 || (slots[at] === high && slots[at + 1] === low)) return at
    }
  }

  #grow(): void {
    const old = this.#slots
    const larger = new Uint32Array(old.length * 2)
    for (let at = 0; at < old.length; at += FIELDS) {
      if (old[at + 3] === 0) continue
      const to = this.#find(larger, [old[at] ?? 0, old[at + 1] ?? 0])
      for (let field = 0; field < FIELDS; field += 1) larger[to + field] = old[at + field] ?? 0
    }
    this.#slots = larger
  }

  /** Asked for, a new name is added next: it is hashed once. */
  #hash(name: string): NameHash {
    if (name !== this.#last_name) {
      this.#last_name = name
      this.#last_hash = hashOf(name)
    }
    return this.#last_hash
  }
}

/** Another one in each process, so that no file can be written whose names meet. */
const [SEED = 0] = crypto.getRandomValues(new Uint32Array(1))

/** 64 bits, mixed as in MurmurHash3: a cryptographic hash would be a fifth of what reading a line costs. */
function hashOf(name: string): NameHash {
  let high = 0xdeadbeef ^ SEED
  let low = 0x41c6ce57 ^ SEED
  for (let at = 0; at < name.length; at += 1) {
    const unit = name.charCodeAt(at)
    high = Math.imul(high ^ unit, 2_654_435_761)
    low = Math.imul(low ^ unit, 1_597_334_677)
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
  return [high >>> 0, low >>> 0]
}
