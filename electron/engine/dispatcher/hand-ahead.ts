import { missingCase } from '../../../shared/errors.ts'
import type { Task } from '../../../shared/job-spec.ts'

/** As much work as a worker may hold ahead, by what such jobs took lately. */
export const AHEAD_MS = 80
const MAX_AHEAD_JOBS = 1_024
/** Jobs that take longer than this on average are handed out one by one. */
const SHORT_MS = 5
/** Weight of the newest duration in the moving average. */
const ALPHA = 0.1
/** Durations of so many different programs are remembered. */
const MAX_PROGRAMS = 1_000

interface Seen {
  average_ms: number
  count: number
}

/**
 * How many jobs a worker is handed at a time: more than one only while jobs of the same module, program or script are
 * seen to be short. One message and one transaction for many of them is what makes a queue of tiny jobs fast.
 */
export class HandAhead {
  readonly #seen = new Map<string, Seen>()
  readonly #enabled: boolean

  constructor(enabled = true) {
    this.#enabled = enabled
  }

  /** @returns how many jobs like this one a worker may hold, this one included; 1 = none ahead */
  limit(task: Task): number {
    if (!this.#enabled) return 1
    const seen = this.#seen.get(programOf(task))
    if (seen === undefined || seen.count < 3 || seen.average_ms > SHORT_MS) return 1
    return Math.max(1, Math.min(MAX_AHEAD_JOBS, Math.floor(AHEAD_MS / Math.max(seen.average_ms, 0.01))))
  }

  /** A job of this task took so long. */
  saw(task: Task, duration_ms: number): void {
    const program = programOf(task)
    const seen = this.#seen.get(program)
    if (seen === undefined) {
      if (this.#seen.size >= MAX_PROGRAMS) this.#seen.clear()
      this.#seen.set(program, { average_ms: duration_ms, count: 1 })
      return
    }
    // A single long one counts at once: what waits behind it is taken back.
    seen.average_ms =
      duration_ms > SHORT_MS * 4 ? duration_ms : seen.average_ms + ALPHA * (duration_ms - seen.average_ms)
    seen.count += 1
  }
}

/** What jobs have in common that are expected to take about as long as each other. */
function programOf(task: Task): string {
  switch (task.kind) {
    case 'module':
      return task.module
    case 'script':
      return task.sha256
    case 'command':
      return task.argv?.[0] ?? `sh ${task.shell_command ?? ''}`
    default:
      return missingCase(task)
  }
}
