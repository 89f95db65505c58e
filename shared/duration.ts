const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const ISO =
  /^P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/
/** What a duration looks like as text. */
export const DURATION_PATTERN =
  /^ *(?:\d+(?:\.\d+)?|(?:\d+(?:\.\d+)? *(?:ms|s|m|h|d|w) *)+|P(?=\d|T\d)(?:\d+(?:\.\d+)?W)?(?:\d+(?:\.\d+)?D)?(?:T(?=\d)(?:\d+(?:\.\d+)?H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?) *$/
const PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)/y

/** Ten years: longer than any wait that is meant, and safely within a number. */
const MAX_DURATION_MS = 3_652 * 86_400_000

/**
 * Reads a duration: a number of seconds (`90`), `1h30m`, `250ms`, or ISO 8601 (`PT1H30M`, `P1D`).
 * @returns whole milliseconds, or null where the text is no duration or is over ten years.
 */
export function parseDuration(value: string | number): number | null {
  const ms = typeof value === 'number' ? value * 1_000 : parseText(value.trim())
  if (ms === null || !Number.isFinite(ms) || ms < 0 || ms > MAX_DURATION_MS) return null
  return Math.round(ms)
}

function parseText(text: string): number | null {
  if (text === '') return null
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000
  if (text.startsWith('P')) return parseIso(text)
  let at = 0
  let total_ms = 0
  while (at < text.length) {
    PART.lastIndex = at
    const part = PART.exec(text)
    if (part === null) return null
    total_ms += Number(part[1]) * (UNITS_MS[part[2] ?? ''] ?? Number.NaN)
    at = PART.lastIndex
    while (text[at] === ' ') at += 1
  }
  return total_ms
}

function parseIso(text: string): number | null {
  const match = ISO.exec(text)
  if (match === null || text === 'P' || text.endsWith('T')) return null
  const [weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0))
  return (
    ((weeks ?? 0) * 7 + (days ?? 0)) * 86_400_000 +
    (hours ?? 0) * 3_600_000 +
    (minutes ?? 0) * 60_000 +
    (seconds ?? 0) * 1_000
  )
}

/** `1h 02m`, `3m 05s`, `12.3s`, `45ms`: short enough for a table. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)}s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes}m ${pad(Math.floor((ms % 60_000) / 1_000))}s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours}h ${pad(minutes % 60)}m`
  return `${Math.floor(hours / 24)}d ${pad(hours % 24)}h`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
