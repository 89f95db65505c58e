import { scanJson } from './json-scan.ts'
import { MAX_DEPTH } from './limits.ts'
import type { OnFault, ParsedFile, RawFault } from './source.ts'
import type { SpecPath } from './spec-path.ts'

/** @returns null where the text is not JSON, or too deep; `onFault` was told */
export function parseJsonText(text: string, onFault: OnFault): ParsedFile | null {
  const scan = scanJson(text, {
    items_of: 'jobs',
    onFault: (make) => {
      onFault(make)
    },
  })
  if (!scan.ok) return null
  const value: unknown = JSON.parse(text)
  // An escape could hide it.
  if (text.includes('__proto__') || text.includes('\\u')) refuseProto(value, onFault)
  return {
    value,
    locate: (loci) => scanJson(text, { loci }).offsets,
    jobOffset: (index) => scan.items[index] ?? 0,
    // People who write JSON put text in quotes.
    writtenAs: () => null,
  }
}

/**
 * A quick look at one line of JSON Lines: its value where nothing can be wrong with it as JSON, undefined where it has
 * to be looked at closely.
 */
export function parseCleanJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  // Each key has a quote and a colon in the text; more keys there than in the value may mean that one is there twice.
  const counted = countKeys(value)
  return counted !== null && counted === countKeyMarks(text) ? value : undefined
}

/** @returns how many keys there are in all, or null where there is one too deep or forbidden */
function countKeys(value: unknown, depth = 1): number | null {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > MAX_DEPTH) return null
  if (Array.isArray(value)) return countIn(value, depth)
  const keys = Object.keys(value)
  if (keys.includes('__proto__')) return null
  const inner = countIn(Object.values(value), depth)
  return inner === null ? null : keys.length + inner
}

function countIn(items: readonly unknown[], depth: number): number | null {
  let count = 0
  for (const item of items) {
    if (typeof item !== 'object' || item === null) continue
    const inner = countKeys(item, depth + 1)
    if (inner === null) return null
    count += inner
  }
  return count
}

const WHITE_SPACE = ' \t\r\n'

/** How many colons come after a quote, with nothing or white space between. */
function countKeyMarks(text: string): number {
  let marks = 0
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    let before = at - 1
    while (before > 0 && WHITE_SPACE.includes(text.charAt(before))) before -= 1
    if (text.charAt(before) === '"') marks += 1
  }
  return marks
}

/** `__proto__` is no key like others in JavaScript: modules of jobs would be given an object that is not what it seems. */
function refuseProto(root: unknown, onFault: OnFault): void {
  const open: { readonly value: object; readonly path: SpecPath }[] = []
  const visit = (value: unknown, path: SpecPath, part: string | number | null): void => {
    if (typeof value !== 'object' || value === null) return
    open.push({ value, path: part === null ? path : [...path, part] })
  }
  visit(root, [], null)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, path, index)
      continue
    }
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') onFault(() => protoFault([...path, key]))
      else visit(item, path, key)
    }
  }
}

export function protoFault(path: SpecPath): RawFault {
  return {
    code: 'BAD_KEY',
    path,
    at: 'key',
    message: 'The key "__proto__" is not allowed. Name it otherwise.',
  }
}
