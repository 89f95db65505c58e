/** How a person likes logs to look. Kept in this browser. */

export type LogFilter = 'both' | 'stdout' | 'stderr'

export const LOG_TIMES = ['none', 'clock', 'since-start'] as const
export type LogTimes = (typeof LOG_TIMES)[number]

const WRAP_KEY = 'jobyard-log-wrap'
const TIMES_KEY = 'jobyard-log-times'

export class LogChoices {
  #wraps = $state(localStorage.getItem(WRAP_KEY) === 'true')
  #times = $state<LogTimes>(LOG_TIMES.find((times) => times === localStorage.getItem(TIMES_KEY)) ?? 'none')

  get wraps(): boolean {
    return this.#wraps
  }

  set wraps(wraps: boolean) {
    this.#wraps = wraps
    localStorage.setItem(WRAP_KEY, String(wraps))
  }

  get times(): LogTimes {
    return this.#times
  }

  set times(times: LogTimes) {
    this.#times = times
    localStorage.setItem(TIMES_KEY, times)
  }
}
