import { constants } from 'node:os'

/** Within this time of the first, a second SIGINT can be the same key press, sent to us by the process that started us. */
const SAME_KEY_PRESS_MS = 100

export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type StopSignal = (typeof STOP_SIGNALS)[number]

/**
 * drain: start nothing more · stop: ask what runs to end, with its grace · kill: without · leave: go, whatever is left.
 */
const STEPS = ['drain', 'stop', 'kill', 'leave'] as const
export type InterruptStep = (typeof STEPS)[number]

/** Where signals come from: `process`, or an emitter of a test. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown
  off(signal: StopSignal, listener: () => void): unknown
}

export interface InterruptOptions {
  readonly source: SignalSource
  /** Another process of ours stands between the terminal and this one (JOBYARD_REEXEC). */
  readonly reexec: boolean
  readonly now: () => number
  readonly onStep: (step: InterruptStep) => void
}

/**
 * Turns signals into the steps of ending, one a signal. SIGTERM and SIGHUP begin with the second: whoever sends them waits
 * only seconds before SIGKILL, and jobs have their own grace.
 */
export class Interrupts {
  readonly #options: InterruptOptions
  readonly #listeners = new Map<StopSignal, () => void>()
  #first: StopSignal | null = null
  #first_ms = 0
  /** Steps taken. */
  #taken = 0

  constructor(options: InterruptOptions) {
    this.#options = options
    for (const signal of STOP_SIGNALS) {
      const listener = (): void => {
        this.#on(signal)
      }
      this.#listeners.set(signal, listener)
      options.source.on(signal, listener)
    }
  }

  /** What the process should end with; null where no signal came. */
  get exit_code(): number | null {
    return this.#first === null ? null : 128 + constants.signals[this.#first]
  }

  /** The last step that was taken; null where no signal came. */
  get step(): InterruptStep | null {
    return STEPS[this.#taken - 1] ?? null
  }

  /** Signals have their usual effect again. */
  close(): void {
    for (const [signal, listener] of this.#listeners) this.#options.source.off(signal, listener)
    this.#listeners.clear()
  }

  #on(signal: StopSignal): void {
    const now_ms = this.#options.now()
    if (this.#first === null) {
      this.#first = signal
      this.#first_ms = now_ms
    } else if (this.#options.reexec && signal === 'SIGINT' && now_ms - this.#first_ms < SAME_KEY_PRESS_MS) {
      return
    }
    const least = signal === 'SIGINT' ? 1 : 2
    this.#taken = Math.min(STEPS.length, Math.max(this.#taken + 1, least))
    const { step } = this
    if (step !== null) this.#options.onStep(step)
  }
}
