import type { LogTimes } from './log-choices.svelte.ts'

/** `14:03:27.120`, or `+12.340`: the time of a line, all of the same width within a log. */
export function lineTime(times: LogTimes, at_ms: number, started_ms: number): string | null {
  switch (times) {
    case 'none':
      return null
    case 'clock': {
      const at = new Date(at_ms)
      const [hours, minutes, seconds] = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two)
      return `${hours}:${minutes}:${seconds}.${String(at.getMilliseconds()).padStart(3, '0')}`
    }
    case 'since-start':
      return `+${sinceStart(Math.max(0, at_ms - started_ms))}`
  }
}

function sinceStart(ms: number): string {
  const seconds = ms / 1_000
  if (seconds < 60) return seconds.toFixed(3)
  const minutes = Math.floor(seconds / 60)
  const rest = (seconds % 60).toFixed(3).padStart(6, '0')
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`
}

function two(value: number | undefined): string {
  return String(value).padStart(2, '0')
}
