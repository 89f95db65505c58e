import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Alias, ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { protoFault } from './json-file.ts'
import { MAX_DEPTH, MAX_EXPANDED_CHARS } from './limits.ts'
import { quoted } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'
import type { OnFault } from './source.ts'

/** A value with what it would take if every alias in it were a copy. */
interface Converted {
  readonly value: unknown
  /** UTF-16 units of its texts, and one for each value. */
  readonly size: number
  /** Maps and lists inside each other. */
  readonly depth: number
}

interface Anchored extends Converted {
  readonly node: ParsedNode
}

/** The way to the node, as a chain: a path of its own for each of a million nodes would cost more than the nodes. */
interface Way {
  readonly parent: Way | null
  readonly part: string | number
}

class Hopeless extends Error {}

const NULL: Converted = { value: null, size: 1, depth: 0 }

/** Makes plain values of YAML nodes. An alias shares the value of its anchor, so that a bomb costs nothing. */
export class YamlConverter {
  /** What each alias stands for. */
  readonly targets = new Map<Alias, ParsedNode>()
  readonly #anchors = new Map<string, Anchored>()
  readonly #onFault: OnFault
  #size = 0

  constructor(onFault: OnFault) {
    this.#onFault = onFault
  }

  /** @returns null where the value would be too large or too deep; it was told */
  convert(root: ParsedNode): { readonly value: unknown; readonly size: number } | null {
    try {
      return this.#node(root, null, 1)
    } catch (error) {
      if (error instanceof Hopeless) return null
      throw error
    }
  }

  /** @param depth what the node would have if it is a map or a list, from 1 */
  #node(node: unknown, way: Way | null, depth: number): Converted {
    if (isAlias(node)) return this.#alias(node, way, depth)
    const converted = this.#plain(node, way, depth)
    if (isParsed(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, { ...converted, node })
    return converted
  }

  #plain(node: unknown, way: Way | null, depth: number): Converted {
    if (isScalar(node)) return this.#scalar(node, way)
    if (!isMap(node) && !isSeq(node)) return NULL
    this.#refuseDepth(depth, way, node.range?.[0])
    return isMap(node) ? this.#map(node, way, depth) : this.#list(node, way, depth)
  }

  #list(node: YAMLSeq, way: Way | null, depth: number): Converted {
    const items: unknown[] = []
    let size = this.#grow(1, node.range?.[0])
    let inner = 0
    for (const [index, item] of node.items.entries()) {
      const converted = this.#node(item, { parent: way, part: index }, depth + 1)
      items.push(converted.value)
      size += converted.size
      inner = Math.max(inner, converted.depth)
    }
    return { value: items, size, depth: inner + 1 }
  }

  #scalar(node: Scalar, way: Way | null): Converted {
    const { value } = node
    const length = typeof value === 'string' ? value.length + 1 : 1
    const size = this.#grow(length, node.range?.[0])
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#onFault(() => ({
        code: 'INVALID',
        path: pathOf(way),
        offset: node.range?.[0] ?? 0,
        message: 'Only finite numbers can be kept.',
        found: node.source ?? String(value),
        expected: 'a finite number',
      }))
      return NULL
    }
    return { value, size, depth: 0 }
  }

  #map(node: YAMLMap, way: Way | null, depth: number): Converted {
    const value: Record<string, unknown> = {}
    let size = this.#grow(1, node.range?.[0])
    let inner = 0
    for (const pair of node.items) {
      const key = this.#key(pair.key, way, value)
      const item = this.#node(pair.value, { parent: way, part: key ?? '' }, depth + 1)
      size += item.size + (key?.length ?? 0)
      inner = Math.max(inner, item.depth)
      if (key !== null) value[key] = item.value
    }
    return { value, size, depth: inner + 1 }
  }

  /** @returns null where the pair has to be left out */
  #key(node: unknown, way: Way | null, siblings: object): string | null {
    const key = keyText(node)
    const offset = isParsed(node) ? node.range[0] : 0
    if (key === null) {
      const message = 'A key has to be text. Put it in quotes.'
      this.#onFault(() => ({ code: 'BAD_KEY', path: pathOf(way), offset, message }))
      return null
    }
    this.#grow(key.length, offset)
    const path = (): SpecPath => [...pathOf(way), key]
    if (isScalar(node) && node.anchor !== undefined && isParsed(node)) {
      this.#anchors.set(node.anchor, { value: key, size: key.length + 1, depth: 0, node })
    }
    if (key === '__proto__') {
      this.#onFault(() => ({ ...protoFault(path()), offset }))
      return null
    }
    if (key === '<<' && isScalar(node) && node.type === 'PLAIN') {
      const message = 'YAML 1.2 has no merge keys (<<). Put what jobs share under "defaults".'
      this.#onFault(() => ({ code: 'BAD_KEY', path: path(), offset, message }))
      return null
    }
    if (Object.hasOwn(siblings, key)) {
      const message = `The key ${quoted(key)} is there twice. Remove one of them.`
      this.#onFault(() => ({ code: 'DUPLICATE_KEY', path: path(), offset, message }))
    }
    return key
  }

  #alias(node: Alias, way: Way | null, depth: number): Converted {
    const offset = node.range?.[0] ?? 0
    const target = this.#anchors.get(node.source)
    if (target === undefined) {
      this.#onFault(() => ({
        code: 'UNKNOWN_ALIAS',
        path: pathOf(way),
        offset,
        message: `There is no complete anchor &${node.source.slice(0, 60)} before this alias.`,
      }))
      return NULL
    }
    this.targets.set(node, target.node)
    this.#refuseDepth(depth + target.depth - 1, way, offset)
    this.#grow(target.size, offset)
    return target
  }

  #refuseDepth(depth: number, way: Way | null, offset = 0): void {
    if (depth <= MAX_DEPTH) return
    const message = `Maps and lists may be ${MAX_DEPTH} deep inside each other, aliases counted.`
    this.#onFault(() => ({ code: 'TOO_DEEP', path: pathOf(way), offset, message }))
    throw new Hopeless()
  }

  /** @returns `size` */
  #grow(size: number, offset = 0): number {
    this.#size += size
    if (this.#size <= MAX_EXPANDED_CHARS) return size
    const message = `With all aliases written out, this file would be larger than ${MAX_EXPANDED_CHARS} characters.`
    this.#onFault(() => ({ code: 'TOO_COMPLEX', path: [], offset, message }))
    throw new Hopeless()
  }
}

function isParsed(node: unknown): node is ParsedNode {
  return isScalar(node) || isMap(node) || isSeq(node)
}

/** Keys are text: `1` and `true` count as they are written. */
export function keyText(node: unknown): string | null {
  if (!isScalar(node)) return null
  if (typeof node.value === 'string') return node.value
  return node.value === null ? null : (node.source ?? null)
}

function pathOf(way: Way | null): SpecPath {
  const path: (string | number)[] = []
  for (let at = way; at !== null; at = at.parent) path.push(at.part)
  return path.reverse()
}
