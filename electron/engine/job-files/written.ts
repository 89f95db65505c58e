import type { OnFault, ParsedFile } from './source.ts'
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
  if (typeof raw !== 'object' || raw === null) return true
  let isLossless = true
  for (const key of ['command', 'args', 'env'] as const) {
    const items: unknown = Reflect.get(raw, key)
    if (typeof items !== 'object' || items === null) continue
    for (const [index, item] of Object.entries(items)) {
      if (typeof item !== 'number' && typeof item !== 'boolean') continue
      // A program that is a number is a fault anyway.
      if (key === 'command' && index === '0') continue
      const place = [...path, key, Array.isArray(items) ? Number(index) : index]
      const written = writtenAs(place)
      if (written === null || written === String(item)) continue
      isLossless = false
      onFault(() => ({
        code: 'INVALID',
        path: place,
        message: `Put ${written} in quotes: without them it is a ${typeof item} and would become ${item}.`,
        found: written,
        expected: 'text',
      }))
    }
  }
  return isLossless
}
