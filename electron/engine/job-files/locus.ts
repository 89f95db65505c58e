import type { SpecPath } from './spec-path.ts'

/** A place in a parsed file: a value, or the key it stands under. */
export interface Locus {
  readonly path: SpecPath
  readonly at: 'key' | 'value'
}

/** The places that are looked for in one pass, as a tree of their paths. */
export class LocusTree {
  readonly #children = new Map<string, LocusTree>()
  readonly #keys: number[] = []
  readonly #values: number[] = []
  /** Whoever lies below a place that is not there is told the nearest place above it. */
  readonly #below: number[] = []

  static of(loci: readonly Locus[]): LocusTree {
    const root = new LocusTree()
    for (const [index, { path, at }] of loci.entries()) {
      let node = root
      for (const part of path) {
        node.#below.push(index)
        node = node.#child(String(part))
      }
      ;(at === 'key' ? node.#keys : node.#values).push(index)
    }
    return root
  }

  #child(part: string): LocusTree {
    const known = this.#children.get(part)
    if (known !== undefined) return known
    const child = new LocusTree()
    this.#children.set(part, child)
    return child
  }

  child(part: string): LocusTree | undefined {
    return this.#children.get(part)
  }

  /** Notes in `offsets` where the key of this place is. */
  foundKey(offsets: number[], offset: number): void {
    for (const index of this.#keys) offsets[index] = offset
  }

  /** Notes in `offsets` where the value of this place starts. A key that names no item is told here too. */
  foundValue(offsets: number[], offset: number): void {
    for (const index of this.#values) offsets[index] = offset
    for (const index of this.#below) offsets[index] = offset
  }
}
