import { MAX_DEPTH } from './limits.ts'
import type { Locus } from './locus.ts'
import { LocusTree } from './locus.ts'
import { describe, quoted } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'

/** What is wrong with a JSON text and where. After a fault of syntax or depth nothing more can be said. */
export interface JsonFault {
  readonly code: 'SYNTAX' | 'TOO_DEEP' | 'DUPLICATE_KEY'
  readonly offset: number
  readonly path: SpecPath
  readonly message: string
}

export interface JsonScanOptions {
  /** Places to find. */
  readonly loci?: readonly Locus[]
  /** Note where the items of the list under this key of the root start. */
  readonly items_of?: string
  /** Called for each fault; duplicate keys can be many. */
  readonly onFault?: (make: () => JsonFault) => void
}

export interface JsonScan {
  /** The text is JSON, not too deep. It may still have duplicate keys. */
  readonly ok: boolean
  /** Where each place of `loci` is, or the nearest place above it. */
  readonly offsets: readonly number[]
  readonly items: readonly number[]
}

interface Frame {
  readonly keys: Set<string> | null
  index: number
  key: string
  readonly tree: LocusTree | undefined
  readonly counts_items: boolean
}

class SyntaxFault extends Error {
  readonly offset: number
  readonly code: 'SYNTAX' | 'TOO_DEEP'
  constructor(offset: number, message: string, code: 'SYNTAX' | 'TOO_DEEP' = 'SYNTAX') {
    super(message)
    this.offset = offset
    this.code = code
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const WORDS = ['true', 'false', 'null'] as const
const [QUOTE, COMMA, COLON, BACKSLASH] = [34, 44, 58, 92]
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [91, 93, 123, 125]

/**
 * Walks a JSON text (RFC 8259) once, in linear time and without recursion. JSON.parse makes the values; this tells what
 * it does not: where things are, which keys are there twice, and what is wrong in words that name a place.
 */
export function scanJson(text: string, options: JsonScanOptions = {}): JsonScan {
  return new Scanner(text, options).run()
}

class Scanner {
  readonly #text: string
  readonly #options: JsonScanOptions
  readonly #stack: Frame[] = []
  readonly #offsets: number[]
  readonly #items: number[] = []
  #at = 0

  constructor(text: string, options: JsonScanOptions) {
    this.#text = text
    this.#options = options
    this.#offsets = (options.loci ?? []).map(() => 0)
  }

  run(): JsonScan {
    let ok = true
    try {
      this.#document()
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error
      ok = false
      const { offset, code, message } = error
      const path = this.#path()
      this.#options.onFault?.(() => ({ code, offset, path, message }))
    }
    return { ok, offsets: this.#offsets, items: this.#items }
  }

  #document(): void {
    this.#skipSpace()
    this.#value(LocusTree.of(this.#options.loci ?? []), false)
    while (this.#stack.length > 0) this.#step()
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the file')
  }

  /** One item of the innermost container, or its end. */
  #step(): void {
    const frame = this.#stack.at(-1)
    if (frame === undefined) return
    this.#skipSpace()
    const close = frame.keys === null ? CLOSE_LIST : CLOSE_MAP
    const isFirst = frame.index < 0
    if (this.#text.charCodeAt(this.#at) === close) {
      this.#at += 1
      this.#stack.pop()
      return
    }
    if (!isFirst) this.#comma(close)
    frame.index += 1
    if (frame.keys === null) this.#item(frame)
    else this.#pair(frame, frame.keys)
  }

  #comma(close: number): void {
    if (this.#text.charCodeAt(this.#at) !== COMMA) {
      throw this.#unexpected(close === CLOSE_LIST ? '"," or "]"' : '"," or "}"')
    }
    const comma = this.#at
    this.#at += 1
    this.#skipSpace()
    if (this.#text.charCodeAt(this.#at) === close) {
      throw new SyntaxFault(comma, 'JSON has no comma after the last item. Remove it.')
    }
  }

  #item(frame: Frame): void {
    if (frame.counts_items) this.#items.push(this.#at)
    this.#value(frame.tree?.child(String(frame.index)), false)
  }

  #pair(frame: Frame, keys: Set<string>): void {
    if (this.#text.charCodeAt(this.#at) !== QUOTE) throw this.#unexpected('a key in double quotes')
    const key_at = this.#at
    const key = this.#string()
    frame.key = key
    if (keys.has(key)) {
      const path = this.#path()
      const message = `The key ${quoted(key)} is there twice. Remove one of them.`
      this.#options.onFault?.(() => ({ code: 'DUPLICATE_KEY', offset: key_at, path, message }))
    }
    keys.add(key)
    this.#skipSpace()
    if (this.#text.charCodeAt(this.#at) !== COLON) throw this.#unexpected('":"')
    this.#at += 1
    this.#skipSpace()
    const child = frame.tree?.child(key)
    child?.foundKey(this.#offsets, key_at)
    this.#value(child, this.#stack.length === 1 && key === this.#options.items_of)
  }

  #value(tree: LocusTree | undefined, counts_items: boolean): void {
    tree?.foundValue(this.#offsets, this.#at)
    switch (this.#text.charCodeAt(this.#at)) {
      case QUOTE:
        this.#string()
        return
      case OPEN_LIST:
        this.#open({ keys: null, index: -1, key: '', tree, counts_items })
        return
      case OPEN_MAP:
        this.#open({ keys: new Set(), index: -1, key: '', tree, counts_items: false })
        return
      default:
        this.#scalar()
    }
  }

  #open(frame: Frame): void {
    if (this.#stack.length >= MAX_DEPTH) {
      throw new SyntaxFault(
        this.#at,
        `Maps and lists may be ${MAX_DEPTH} deep inside each other.`,
        'TOO_DEEP',
      )
    }
    this.#at += 1
    this.#stack.push(frame)
  }

  #scalar(): void {
    const word = WORDS.find((candidate) => this.#text.startsWith(candidate, this.#at))
    if (word !== undefined) {
      this.#at += word.length
      return
    }
    NUMBER.lastIndex = this.#at
    if (!NUMBER.test(this.#text)) throw this.#unexpected('a value')
    this.#at = NUMBER.lastIndex
  }

  /** At a double quote. @returns the string's value */
  #string(): string {
    const start = this.#at
    let escaped = false
    for (let at = start + 1; ; at += 1) {
      const code = this.#text.charCodeAt(at)
      if (code === QUOTE) {
        this.#at = at + 1
        if (!escaped) return this.#text.slice(start + 1, at)
        return String(JSON.parse(this.#text.slice(start, at + 1)))
      }
      if (code === BACKSLASH) {
        escaped = true
        ESCAPE.lastIndex = at
        if (!ESCAPE.test(this.#text)) {
          throw new SyntaxFault(at, 'This is no escape that JSON knows. Write \\\\ for a backslash.')
        }
        at = ESCAPE.lastIndex - 1
      } else if (Number.isNaN(code)) {
        throw new SyntaxFault(start, 'This text has no end: its closing double quote is missing.')
      } else if (code < 32) {
        throw new SyntaxFault(
          at,
          'A text in JSON cannot hold a line break, a tab or another control character. Write \\n, \\t or \\u….',
        )
      }
    }
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return
      this.#at += 1
    }
  }

  #unexpected(expected: string): SyntaxFault {
    const rest = this.#text.slice(this.#at, this.#at + 20)
    if (rest === '') return new SyntaxFault(this.#at, `Expected ${expected}, but the text ends here.`)
    if (rest.startsWith('//') || rest.startsWith('/*') || rest.startsWith('#')) {
      return new SyntaxFault(this.#at, 'JSON has no comments. Remove it, or use YAML.')
    }
    if (rest.startsWith("'"))
      return new SyntaxFault(this.#at, `Expected ${expected}; JSON has double quotes only.`)
    const found = /^[\p{L}\p{N}_$.+-]+/u.exec(rest)?.[0] ?? String.fromCodePoint(rest.codePointAt(0) ?? 0)
    return new SyntaxFault(this.#at, `Expected ${expected}, found ${describe(found)}.`)
  }

  #path(): SpecPath {
    const path: (string | number)[] = []
    for (const frame of this.#stack) {
      if (frame.index >= 0) path.push(frame.keys === null ? frame.index : frame.key)
    }
    return path
  }
}
