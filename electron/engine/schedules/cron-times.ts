import { Cron } from 'croner'
import type { Schedule } from '../../../shared/job-spec.ts'

type Pattern = Pick<Schedule, 'cron' | 'tz'>

const DAY_MS = 86_400_000
/** No clock is set back by more at the end of daylight saving. */
const LONGEST_REPEAT_MS = 7_200_000
/** Schedules that were looked at lately. */
const MAX_KNOWN = 1_000
const known = new Map<string, { readonly zoned: Cron; readonly wall: Cron }>()

/**
 * When a pattern is due next, strictly after a time; null: never again.
 *
 * Times that a change to daylight saving leaves out come at the change, once; the times of a repeated hour come once. A
 * pattern for every hour (`*` or a step) goes by the time that passes instead: it is due in each hour there is.
 * @throws where it is no pattern or no zone; see `cronFault`
 */
export function nextTime(pattern: Pattern, after_ms: number): number | null {
  const { zoned, wall } = cronOf(pattern)
  let next = zoned.nextRun(new Date(after_ms))?.getTime() ?? null
  if (next === null || isEveryHour(pattern.cron)) return next
  while (next !== null && isRepeated(pattern.tz, next))
    next = zoned.nextRun(new Date(next))?.getTime() ?? null
  return leftOut(wall, pattern.tz, after_ms, next ?? after_ms) ?? next
}

/** @returns why it is no pattern that is ever due, for the end of a sentence; null: it is one */
export function cronFault({ cron, tz }: Pattern): string | null {
  try {
    return nextTime({ cron, tz }, Date.now()) === null ? 'there is no such day' : null
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^\w+: /, '')
  }
}

function cronOf({ cron, tz }: Pattern): { readonly zoned: Cron; readonly wall: Cron } {
  const key = `${tz} ${cron}`
  let found = known.get(key)
  if (found === undefined) {
    const options = { mode: '5-part', paused: true } as const
    found = {
      zoned: new Cron(cron, { ...options, timezone: tz }),
      wall: new Cron(cron, { ...options, timezone: 'UTC' }),
    }
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(key, found)
  }
  return found
}

function isEveryHour(cron: string): boolean {
  return cron.trim().split(/\s+/)[1]?.startsWith('*') ?? false
}

/** The clock has shown this time before, and was set back since. */
function isRepeated(tz: string, at_ms: number): boolean {
  const [before, now] = [offsetAt(tz, at_ms - LONGEST_REPEAT_MS), offsetAt(tz, at_ms)]
  return before > now && offsetAt(tz, at_ms - (before - now)) === before
}

/**
 * The library moves a time that a change leaves out, but not where several of them are left out. So the changes in between
 * are looked at: one at which the clock jumps over a time of the pattern is itself such a time.
 */
function leftOut(wall: Cron, tz: string, after_ms: number, next_ms: number): number | null {
  for (let from = after_ms; from < next_ms; from += DAY_MS) {
    const to = Math.min(next_ms, from + DAY_MS)
    const [before, after] = [offsetAt(tz, from), offsetAt(tz, to)]
    if (after <= before) continue
    const change = changeBetween(tz, from, to, before)
    const time = wall.nextRun(new Date(change + before - 1_000))?.getTime()
    if (change > after_ms && time !== undefined && time < change + after) return change
  }
  return null
}

/** The first millisecond at which the clock differs by something else than `before`. */
function changeBetween(tz: string, from: number, to: number, before: number): number {
  let [low, high] = [from, to]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(tz, middle) === before) low = middle
    else high = middle
  }
  return high
}

const formats = new Map<string, Intl.DateTimeFormat>()
const PARTS = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
} as const

/** How far the clock of the zone is ahead of UTC, in milliseconds. */
function offsetAt(tz: string, at_ms: number): number {
  let format = formats.get(tz)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: tz, hourCycle: 'h23', ...PARTS, second: 'numeric' })
    formats.set(tz, format)
  }
  const part: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(at_ms)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at_ms / 1_000) * 1_000
}
