import { missingCase } from '../../../shared/errors.ts'
import type { Schedule } from '../../../shared/job-spec.ts'
import { nextTime } from './cron-times.ts'

/** A time that is looked at no later than this after it was due was not missed. */
const ON_TIME_MS = 60_000
/** As many times are caught up with; what is more was passed over. */
const MAX_TIMES = 1_000
/**
 * A clock that was set back by less repeats times that were submitted already, and they are not submitted again. One that
 * was set back by more had been wrong, and what follows from it counts no more. (As cron does it.)
 */
export const CLOCK_CORRECTED_MS = 3 * 3_600_000

/** What a schedule that is due is to do. */
export interface FiringPlan {
  /** Times to submit a job for, ascending. */
  readonly times: readonly number[]
  /** Times that are passed over. */
  readonly passed: number
  readonly next_ms: number | null
}

/**
 * @param next_ms when it is due
 * @param computed_ms when that was computed
 */
export function planFirings(
  schedule: Schedule,
  { next_ms, computed_ms }: { readonly next_ms: number; readonly computed_ms: number },
  now_ms: number,
): FiringPlan {
  if (computed_ms > now_ms + CLOCK_CORRECTED_MS)
    return { times: [], passed: 0, next_ms: nextTime(schedule, now_ms) }
  const due: number[] = []
  let next: number | null = next_ms
  while (next !== null && next <= now_ms && due.length < MAX_TIMES) {
    due.push(next)
    next = nextTime(schedule, next)
  }
  const times = timesOf(schedule.catchup, due, now_ms)
  return {
    times,
    passed: due.length - times.length,
    next_ms: next !== null && next <= now_ms ? nextTime(schedule, now_ms) : next,
  }
}

function timesOf(catchup: Schedule['catchup'], due: readonly number[], now_ms: number): readonly number[] {
  switch (catchup) {
    case 'none':
      return due.filter((time) => now_ms - time <= ON_TIME_MS)
    case 'one':
      return due.slice(-1)
    case 'all':
      return due
    default:
      return missingCase(catchup)
  }
}
