import { LocusTree } from './locus.ts'
import type { Locus } from './locus.ts'
import type { SpecPath } from './spec-path.ts'

interface Place {
  readonly key: number
  readonly value: number
  readonly end: number
}

const BARE = /[A-Za-z0-9_-]+/y
const SPACE = /[ \t]*/y
/** White space, line breaks and comments. */
const GAP = /(?:[ \t\r\n]|#[^\n]*)*/y
const STRING = /"""(?:[^\\]|\\[\s\S])*?"{3,5}|'''[\s\S]*?'{3,5}|"(?:[^"\\]|\\.)*"|'[^']*'/y
/** A number, a date or a boolean. */
const SCALAR = /[^\s,\]}#]+(?: \d\d:[^\s,\]}#]+)?/y

/** Finds the places of keys and values in a TOML text that is known to be right: the parser tells none. */
export class TomlPlaces {
  readonly #text: string
  readonly #places = new Map<string, Place>()
  readonly #lists = new Map<string, number>()
  #at = 0

  constructor(text: string) {
    this.#text = text
    let table: string[] = []
    for (this.#skip(GAP); this.#at < text.length; this.#skip(GAP)) {
      const start = this.#at
      if (text[this.#at] === '[') table = this.#table()
      else this.#pair(table)
      // Whatever was not understood is no reason to stay here.
      if (this.#at === start) this.#at += 1
    }
  }

  /** The offset of each place, or of the nearest one above it. */
  locate(loci: readonly Locus[]): number[] {
    const offsets = loci.map(() => 0)
    const root = LocusTree.of(loci)
    for (const [id, { key, value }] of this.#places) {
      const node = pathOf(id).reduce<LocusTree | undefined>((tree, part) => tree?.child(part), root)
      node?.foundKey(offsets, key)
      node?.foundValue(offsets, value)
    }
    return offsets
  }

  /** How a value is written. */
  writtenAs(path: SpecPath): string | null {
    const place = this.#places.get(idOf(path.map(String)))
    return place === undefined ? null : this.#text.slice(place.value, place.end)
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  /** `[a.b]` or `[[a.b]]`. @returns its path */
  #table(): string[] {
    const start = this.#at
    const isList = this.#text[start + 1] === '['
    this.#at += isList ? 2 : 1
    const path = this.#keys([]).path
    this.#at += isList ? 2 : 1
    if (isList) {
      const id = idOf(path)
      const index = this.#lists.get(id) ?? 0
      this.#lists.set(id, index + 1)
      path.push(String(index))
    }
    this.#note(path, { key: start, value: start, end: this.#at })
    return path
  }

  /** `key = value` */
  #pair(table: readonly string[]): void {
    const { path, start } = this.#keys(table)
    if (this.#text[this.#at] !== '=') return
    this.#at += 1
    this.#skip(SPACE)
    this.#value(path, start)
  }

  #keys(table: readonly string[]): { readonly path: string[]; readonly start: number } {
    const path = [...table]
    for (;;) {
      this.#skip(SPACE)
      const start = this.#at
      const quoted = this.#skip(STRING)
      path.push(quoted === '' ? this.#skip(BARE) : unquoted(quoted))
      this.#skip(SPACE)
      if (this.#text[this.#at] !== '.') return { path, start }
      this.#note(path, { key: start, value: start, end: this.#at })
      this.#at += 1
    }
  }

  #value(path: readonly string[], key: number): void {
    const value = this.#at
    const first = this.#text[value]
    // Whoever lies below is found after this, so that what is above does not take its place.
    this.#note(path, { key, value, end: value })
    if (first === '[') this.#list(path)
    else if (first === '{') this.#map(path)
    else if (this.#skip(STRING) === '') this.#skip(SCALAR)
    this.#places.set(idOf(path), { key, value, end: this.#at })
  }

  #list(path: readonly string[]): void {
    this.#at += 1
    for (let index = 0; this.#open(']'); index += 1) {
      this.#value([...path, String(index)], this.#at)
      this.#comma()
    }
  }

  #map(path: readonly string[]): void {
    this.#at += 1
    while (this.#open('}')) {
      this.#pair(path)
      this.#comma()
    }
  }

  /** @returns false where it ends here */
  #open(end: string): boolean {
    this.#skip(GAP)
    if (this.#at < this.#text.length && this.#text[this.#at] !== end) return true
    this.#at += 1
    return false
  }

  #comma(): void {
    this.#skip(GAP)
    if (this.#text[this.#at] === ',') this.#at += 1
  }

  #note(path: readonly string[], place: Place): void {
    const id = idOf(path)
    if (!this.#places.has(id)) this.#places.set(id, place)
  }
}

function idOf(path: readonly string[]): string {
  return JSON.stringify(path)
}

function pathOf(id: string): string[] {
  const parsed: unknown = JSON.parse(id)
  return Array.isArray(parsed) ? parsed.map(String) : []
}

/** Keys with escapes are hardly ever written; their place is that of the map they are in. */
function unquoted(quoted: string): string {
  return quoted.slice(1, -1)
}
