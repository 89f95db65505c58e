import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Alias, Pair, ParsedNode } from 'yaml'
import type { Locus } from './locus.ts'
import type { SpecPath } from './spec-path.ts'
import { keyText } from './yaml-convert.ts'

/** Where the parts of a YAML document are in its text. */
export class YamlPlaces {
  readonly #root: ParsedNode
  readonly #targets: ReadonlyMap<Alias, ParsedNode>

  constructor(root: ParsedNode, targets: ReadonlyMap<Alias, ParsedNode>) {
    this.#root = root
    this.#targets = targets
  }

  /** Of the place, or of the nearest one above it that is there. */
  offset({ path, at }: Locus): number {
    let node: unknown = this.#root
    let offset = this.#root.range[0]
    for (const [depth, part] of path.entries()) {
      const inner = this.#resolve(node)
      if (isSeq(inner)) {
        node = inner.items[Number(part)]
        offset = startOf(node) ?? offset
        continue
      }
      const pair = pairOf(inner, part)
      if (pair === undefined) return offset
      const key_offset = startOf(pair.key) ?? offset
      node = pair.value
      offset = at === 'key' && depth === path.length - 1 ? key_offset : (startOf(node) ?? key_offset)
    }
    return offset
  }

  /** Where an item of a list under a key of the root starts; an alias counts where it stands. */
  item(key: string, index: number): number {
    const list = this.#resolve(pairOf(this.#root, key)?.value)
    return (isSeq(list) ? startOf(list.items[index]) : undefined) ?? 0
  }

  /** How a number or a boolean is written. */
  writtenAs(path: SpecPath): string | null {
    let node: unknown = this.#root
    for (const part of path) {
      const inner = this.#resolve(node)
      node = isSeq(inner) ? inner.items[Number(part)] : pairOf(inner, part)?.value
    }
    const scalar = this.#resolve(node)
    return isScalar(scalar) ? (scalar.source ?? null) : null
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? this.#targets.get(node) : node
  }
}

/** The last one counts where a key is there twice. */
function pairOf(node: unknown, key: string | number): Pair | undefined {
  if (!isMap(node)) return undefined
  return node.items.findLast((pair) => keyText(pair.key) === key)
}

function startOf(node: unknown): number | undefined {
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) return node.range?.[0]
  return undefined
}
