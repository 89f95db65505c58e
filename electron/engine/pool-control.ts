import type { PoolState } from '../../shared/job.ts'
import type { ActiveAttempts } from './dispatcher/active-attempts.ts'
import type { Dispatcher } from './dispatcher/dispatcher.ts'
import type { Stopper } from './dispatcher/stopper.ts'
import type { Journal } from './store/journal.ts'
import type { WorkerPool } from './worker-pool/worker-pool.ts'

export interface PoolControlOptions {
  readonly journal: Journal
  readonly pool: WorkerPool
  readonly active: ActiveAttempts
  readonly dispatcher: Dispatcher
  readonly stopper: Stopper
  /** A person paused the pool before the restart. */
  readonly paused: boolean
  readonly onChange: () => void
}

/** Start, pause, resume and stop of the whole pool. */
export class PoolControl {
  readonly #options: PoolControlOptions
  #state: PoolState = 'stopped'
  #paused: boolean
  #stopping: Promise<void> | null = null
  #forced = false

  constructor(options: PoolControlOptions) {
    this.#options = options
    this.#paused = options.paused
  }

  get state(): PoolState {
    return this.#state
  }

  async start(): Promise<void> {
    if (this.#stopping !== null) await this.#stopping
    if (this.#state !== 'stopped') return
    this.#forced = false
    await this.#set(this.#paused ? 'paused' : 'running')
  }

  async pause(): Promise<void> {
    this.#paused = true
    const { journal, dispatcher } = this.#options
    if (this.#state === 'running') await this.#set('paused')
    // Claims that were on their way are on disk before this, and found the pool paused.
    await journal.write({ type: 'set-meta', key: 'pool_paused', value: '1' })
    await dispatcher.recallAll(null)
  }

  async resume(): Promise<void> {
    this.#paused = false
    await this.#options.journal.write({ type: 'set-meta', key: 'pool_paused', value: '0' })
    if (this.#state === 'paused') await this.#set('running')
  }

  /**
   * @param now stop active jobs; a second call does so too
   * @param kill without their grace
   */
  stop(now: boolean, kill = false): Promise<void> {
    if (this.#state === 'stopped' && this.#stopping === null) return Promise.resolve()
    if (this.#stopping !== null) {
      this.#force(kill)
      return this.#stopping
    }
    this.#stopping = this.#drain(now, kill).finally(() => {
      this.#stopping = null
    })
    return this.#stopping
  }

  async #drain(now: boolean, kill: boolean): Promise<void> {
    const { active, pool, dispatcher, journal } = this.#options
    await this.#set('draining')
    if (now || kill) this.#force(kill)
    await dispatcher.recallAll(null)
    // What started while it was recalled is stopped too.
    if (this.#forced) this.#stopAll(kill)
    await active.whenNone()
    await pool.shutdown()
    await this.#set('stopped')
    await journal.flush()
  }

  #force(kill: boolean): void {
    this.#forced = true
    this.#stopAll(kill)
    void this.#options.dispatcher.recallAll(null).then(() => {
      this.#stopAll(kill)
    })
  }

  #stopAll(kill: boolean): void {
    const { active, stopper } = this.#options
    for (const attempt of [...active.all()]) stopper.stop(attempt, 'forced-stop', kill)
  }

  async #set(state: PoolState): Promise<void> {
    this.#state = state
    this.#options.onChange()
    // Only readers of the directory look at it: a disk that refuses must not keep the pool from stopping.
    await this.#options.journal
      .write({ type: 'set-meta', key: 'pool_state', value: state })
      .catch(() => undefined)
    this.#options.dispatcher.request()
  }
}
