/** Numbers and times as a person reads them. Every function takes what it needs, the current time too. */
import { formatByteSize } from '../shared/byte-size.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

const whole = new Intl.NumberFormat('en')
const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
})
const clockShort = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false })
const dayAndClock = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})
const full = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium', hour12: false })

/** `1,204`. */
export function formatCount(count: number): string {
  return whole.format(count)
}

/** `1,204`, `12.3k`, `1.2M`: where there is little room. */
export function formatShortCount(count: number): string {
  if (count < 10_000) return whole.format(count)
  if (count < 1_000_000) return `${trimmed(count / 1_000)}k`
  return `${trimmed(count / 1_000_000)}M`
}

/** `1 job`, `1,204 jobs`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`
}

/** A time that is over: `45 ms`, `12.3 s`, `3 m 05 s`, `1 h 02 m`, `2 d 03 h`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 10 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(1)} s`
  return formatRunning(ms)
}

/** A time that goes on: whole seconds, so that it ticks calmly. */
export function formatRunning(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} m ${pad(seconds % 60)} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${pad(minutes % 60)} m`
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`
}

/** What is left, roughly: `a moment`, `20 s`, `4 min`, `2 h 10 min`, `3 days`. */
export function formatEstimate(ms: number): string {
  if (ms < 5 * SECOND_MS) return 'a moment'
  if (ms < MINUTE_MS) return `${Math.round(ms / 5_000) * 5} s`
  if (ms < HOUR_MS - MINUTE_MS / 2) return `${Math.max(1, Math.round(ms / MINUTE_MS))} min`
  if (ms < DAY_MS) {
    const minutes = Math.round(ms / (10 * MINUTE_MS)) * 10
    const hours = Math.floor(minutes / 60)
    return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  }
  const days = Math.round(ms / DAY_MS)
  return days === 1 ? '1 day' : `${days} days`
}

/** `just now`, `5 min ago`, `in 20 s`, `yesterday 14:03`, `3 Nov, 14:03`. */
export function formatRelative(at_ms: number, now_ms: number): string {
  const ago_ms = now_ms - at_ms
  if (ago_ms < 0) return `in ${formatEstimate(-ago_ms)}`
  if (ago_ms < 10 * SECOND_MS) return 'just now'
  if (ago_ms < MINUTE_MS) return `${Math.floor(ago_ms / SECOND_MS)} s ago`
  if (ago_ms < HOUR_MS) return `${Math.floor(ago_ms / MINUTE_MS)} min ago`
  if (sameDay(at_ms, now_ms)) return clockShort.format(at_ms)
  if (sameDay(at_ms, now_ms - DAY_MS)) return `yesterday ${clockShort.format(at_ms)}`
  return dayAndClock.format(at_ms)
}

/** Of what has happened. The clock of a page ticks once a second: what came since its last tick is not to come. */
export function formatAgo(at_ms: number, now_ms: number): string {
  return formatRelative(Math.min(at_ms, now_ms), now_ms)
}

/** `14:03:27`. */
export function formatClock(at_ms: number): string {
  return clock.format(at_ms)
}

/** `27 Nov 2026, 14:03:27`: for tooltips and pages with room. */
export function formatAbsolute(at_ms: number): string {
  return full.format(at_ms)
}

/** `512 B`, `16 MiB`. */
export function formatBytes(bytes: number): string {
  return formatByteSize(bytes)
}

/** `42%`, of 0..1. */
export function formatPercent(share: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, share)) * 100)}%`
}

/** How many end in a time: `3.2/s`, `42/min`, `7/h`. */
export function formatRate(per_second: number): string {
  if (per_second <= 0) return '0/min'
  if (per_second >= 2)
    return `${per_second >= 100 ? formatCount(Math.round(per_second)) : trimmed(per_second)}/s`
  if (per_second * 60 >= 1) return `${Math.round(per_second * 60)}/min`
  return `${Math.max(1, Math.round(per_second * 3_600))}/h`
}

function sameDay(a_ms: number, b_ms: number): boolean {
  return new Date(a_ms).toDateString() === new Date(b_ms).toDateString()
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
