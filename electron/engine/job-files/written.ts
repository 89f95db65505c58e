import type { OnFault, ParsedFile } from './source.ts'
import { valueAt } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'

/**
 * An unquoted 1.10 is the number 1.1 in YAML, and True is true: where text is wanted, that would silently be another text.
 * @param raw a job or the defaults, as parsed, not normalised
 * @returns false where such a fault was told
 */
export function checkWritten(
  raw: unknown,
  path: SpecPath,
  writtenAs: ParsedFile['writtenAs'],
  onFault: OnFault,
): boolean {
  let isLossless = true
  const check = (value: unknown, place: SpecPath): void => {
    if (typeof value !== 'number' && typeof value !== 'boolean') return
    const written = writtenAs(place)
    if (written === null || written === String(value)) return
    isLossless = false
    onFault(() => ({
      code: 'INVALID',
      path: place,
      message: `Put ${written} in quotes: without them it is a ${typeof value} and would become ${value}.`,
      found: written,
      expected: 'text',
    }))
  }
  for (const key of ['command', 'args', 'env'] as const) {
    for (const [part, item] of partsOf(valueAt(raw, [key]))) {
      // A program that is a number is a fault anyway.
      if (key !== 'command' || part !== 0) check(item, [...path, key, part])
    }
  }
  for (const place of SWEEP_VALUES) checkAll(valueAt(raw, place), [...path, ...place], check)
  return isLossless
}

/** Where the values of a sweep are, at any depth below. */
const SWEEP_VALUES = [
  ['strategy', 'matrix'],
  ['inputs', 'values'],
] as const

function checkAll(value: unknown, path: SpecPath, check: (value: unknown, path: SpecPath) => void): void {
  check(value, path)
  for (const [part, item] of partsOf(value)) checkAll(item, [...path, part], check)
}

function partsOf(value: unknown): (readonly [string | number, unknown])[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item])
  return Object.entries(value)
}
