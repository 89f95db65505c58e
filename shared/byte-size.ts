const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** What a size looks like as text. */
export const BYTE_SIZE_PATTERN = /^\d+(?:\.\d+)? ?(?:[kKmMgGtT]i?[bB]|[bB])?$/

/**
 * Reads a size: a number of bytes (`4096`), or a number with a unit (`16MiB`, `500 kB`, `1.5GB`).
 * @returns whole bytes, or null where the text is no size or is too large for an exact number.
 */
export function parseByteSize(value: string | number): number | null {
  const bytes = typeof value === 'number' ? value : parseText(value)
  if (bytes === null || bytes < 0) return null
  const whole = Math.round(bytes)
  return Number.isSafeInteger(whole) ? whole : null
}

function parseText(text: string): number | null {
  if (!BYTE_SIZE_PATTERN.test(text)) return null
  const unit = text.replace(/^[\d.]+ ?/, '').toLowerCase()
  return Number.parseFloat(text) * (UNITS[unit === '' ? 'b' : unit] ?? Number.NaN)
}

/** `512 B`, `16 MiB`, `1.5 GiB`. */
export function formatByteSize(bytes: number): string {
  let value = bytes
  for (const unit of ['B', 'KiB', 'MiB', 'GiB'] as const) {
    if (value < 1024) return `${trimmed(value)} ${unit}`
    value /= 1024
  }
  return `${trimmed(value)} TiB`
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}
