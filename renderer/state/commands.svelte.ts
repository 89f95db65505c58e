import { createContext } from 'svelte'
import type { PoolStatus } from '../../shared/status.ts'
import { ACTIVE_STATES } from '../../shared/job.ts'
import type { AppState } from './app-state.svelte.ts'
import { countOf } from './yard-store.svelte.ts'

/** A verb on the pool that is under way. */
export type PoolVerb = 'start' | 'pause' | 'resume' | 'stop' | 'stop-now'

/** Rapid clicks on the stepper become one call. */
const SETTLE_MS = 250

/** What buttons, menu, palette and shortcuts do alike: the verbs on the pool. */
export class Commands {
  busy = $state<PoolVerb | null>(null)
  asks_stop_now = $state(false)
  /** The number of workers a person has just chosen, until the owner has it too. */
  concurrency = $state<number | null>(null)
  readonly #app: AppState
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(app: AppState) {
    this.#app = app
  }

  readonly start = (): void => {
    void this.#run('start', 'The pool was not started', () => this.#app.api('pool:start', {}))
  }

  readonly pause = (): void => {
    void this.#run('pause', 'The pool was not paused', () => this.#app.api('pool:pause', {}))
  }

  readonly resume = (): void => {
    void this.#run('resume', 'The pool was not resumed', () => this.#app.api('pool:resume', {}))
  }

  readonly stop = (): void => {
    void this.#run('stop', 'The pool was not stopped', () => this.#app.api('pool:stop', { now: false }))
  }

  /** Asks first where jobs run. */
  readonly stopNow = (): void => {
    if (countOf(this.#app.yard.counts, ACTIVE_STATES) > 0) this.asks_stop_now = true
    else this.reallyStopNow()
  }

  readonly reallyStopNow = (): void => {
    this.asks_stop_now = false
    void this.#run('stop-now', 'The pool was not stopped', () => this.#app.api('pool:stop', { now: true }))
  }

  readonly closeStopNow = (): void => {
    this.asks_stop_now = false
  }

  /** The one key: pauses what runs, resumes or starts what does not. */
  readonly toggle = (): void => {
    const { state } = this.#app.yard.pool
    if (state === 'running') this.pause()
    else if (state === 'paused') this.resume()
    else this.start()
  }

  readonly setConcurrency = (concurrency: number): void => {
    this.concurrency = concurrency
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      void this.#app
        .attempt('The number of workers was not changed', () =>
          this.#app.api('pool:set-concurrency', { concurrency }),
        )
        .then((pool) => {
          if (this.concurrency === concurrency) this.concurrency = null
          if (pool !== null) this.#app.yard.pool = pool
        })
    }, SETTLE_MS)
  }

  async #run(verb: PoolVerb, failure: string, action: () => Promise<PoolStatus>): Promise<void> {
    if (this.busy !== null) return
    this.busy = verb
    const pool = await this.#app.attempt(failure, action)
    // Shown at once; the push that follows says the same.
    if (pool !== null) this.#app.yard.pool = pool
    this.busy = null
  }
}

export const [getCommands, setCommands] = createContext<Commands>()
