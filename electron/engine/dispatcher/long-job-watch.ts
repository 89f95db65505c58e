import type { ActiveAttempts } from './active-attempts.ts'
import type { Dispatcher } from './dispatcher.ts'
import { noMore } from './dispatcher.ts'
import { readStartFile } from '../worker-pool/start-file.ts'
import type { ActiveAttempt } from './active-attempts.ts'

const LOOK_MS = 50
/** When what a worker runs takes longer than this, what it holds behind it is taken back. */
const LONG_MS = 100

export interface LongJobWatchOptions {
  readonly dispatcher: Dispatcher
  readonly active: ActiveAttempts
  /** The attempt has begun although its worker has not said so. */
  readonly onBegun: (attempt: ActiveAttempt, at_ms: number) => void
  readonly onError: (error: unknown) => void
  readonly now: () => number
}

/**
 * Jobs are handed ahead while they are seen to be short. When one is not, the others behind it must not wait for it
 * while another worker is free: they are recalled. A worker reports the starts of short jobs together with their ends;
 * one that runs into a job that does not yield says nothing any more, and its start file tells what it began.
 */
export class LongJobWatch {
  readonly #options: LongJobWatchOptions
  #timer: NodeJS.Timeout | null = null

  constructor(options: LongJobWatchOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#look()
    }, LOOK_MS).unref()
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #look(): void {
    const { dispatcher, active, now, onError } = this.#options
    for (const [runner, attempts] of dispatcher.loads()) {
      const { first } = attempts
      const current = first === undefined ? undefined : active.get(first)
      if (current === undefined) continue
      this.#lookForBegin(current)
      if (attempts.size === 1 || runner.recalling || current.start === null) continue
      if (now() - current.start.started_ms >= LONG_MS) dispatcher.recall(runner, noMore).catch(onError)
    }
  }

  #lookForBegin(attempt: ActiveAttempt): void {
    const { now, onBegun, onError } = this.#options
    const { runner } = attempt
    if (attempt.phase !== 'handed' || attempt.spec.task.kind !== 'module') return
    if (now() - runner.heard_ms < LONG_MS) return
    try {
      if (readStartFile(runner.start_file).has(attempt.attempt_id)) onBegun(attempt, runner.heard_ms)
    } catch (error) {
      onError(error)
    }
  }
}
