import { serialiseError } from '../../../shared/errors.ts'
import { WHEN_DONE_COUNTDOWN_MS } from '../../../shared/when-done.ts'
import type { WhenDone, WhenDoneStatus } from '../../../shared/when-done.ts'
import type { EventBus } from '../events/event-bus.ts'

/** What it needs of the engine. */
export interface WatchedQueue {
  readonly bus: EventBus
  /** `held`: what is left that could run is kept back, by a pause or because nothing is started. */
  look(): Promise<'working' | 'done' | 'held'>
}

export interface WhenDoneOptions {
  readonly queue: WatchedQueue
  readonly act: (choice: Exclude<WhenDone, 'nothing'>) => Promise<void>
  /** Something of the status has changed. */
  readonly onChange: () => void
  readonly now: () => number
  /** Calls back after so many milliseconds. @returns takes it back */
  readonly after: (delay_ms: number, callback: () => void) => () => void
}

/**
 * Quits, sleeps or shuts the machine down when the queue is done: once there was work, and after a minute in which anybody
 * can take it back. New work puts it off. It is of this owner and of one time: a start of tomorrow does not find it.
 */
export class WhenDoneKeeper {
  readonly #options: WhenDoneOptions
  #choice: WhenDone = 'nothing'
  /** There was something to do since it was chosen. */
  #had_work = false
  #acts_ms: number | null = null
  #error: string | null = null
  #clear: (() => void) | null = null
  #looking: Promise<void> | null = null
  #again = false
  #unsubscribe: readonly (() => void)[] = []

  constructor(options: WhenDoneOptions) {
    this.#options = options
  }

  get status(): WhenDoneStatus {
    return { choice: this.#choice, acts_ms: this.#acts_ms, error: this.#error }
  }

  /** `nothing` takes back what was chosen, a countdown too. */
  set(choice: WhenDone): Promise<void> {
    this.#reset(choice)
    if (choice === 'nothing') return Promise.resolve()
    const { bus } = this.#options.queue
    const look = (): void => void this.#look()
    this.#unsubscribe = [
      bus.on('submission:added', look),
      bus.on('job:changed', look),
      bus.on('pool:changed', look),
      bus.on('group:changed', look),
    ]
    return this.#look()
  }

  /** Does not wait for the end of a countdown. @returns false: none is under way */
  now(): boolean {
    if (this.#acts_ms === null) return false
    void this.#act()
    return true
  }

  close(): void {
    this.#reset('nothing')
  }

  #reset(choice: WhenDone): void {
    for (const end of this.#unsubscribe) end()
    this.#unsubscribe = []
    this.#choice = choice
    this.#had_work = false
    this.#error = null
    this.#stopCounting()
    this.#options.onChange()
  }

  /** Events come by the thousand: while one look is under way, one more is remembered. */
  #look(): Promise<void> {
    this.#again = true
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = null
      if (this.#again && this.#isWanted()) void this.#look()
    })
    return this.#looking
  }

  async #lookOn(): Promise<void> {
    while (this.#again && this.#choice !== 'nothing') {
      this.#again = false
      const queue = await this.#options.queue.look()
      if (queue === 'working') this.#had_work = true
      // It may have been taken back meanwhile.
      if (queue !== 'done') this.#stopCounting()
      else if (this.#had_work && this.#isWanted()) this.#count()
    }
  }

  #isWanted(): boolean {
    return this.#choice !== 'nothing'
  }

  #count(): void {
    if (this.#clear !== null) return
    this.#acts_ms = this.#options.now() + WHEN_DONE_COUNTDOWN_MS
    this.#clear = this.#options.after(WHEN_DONE_COUNTDOWN_MS, () => void this.#act())
    this.#options.onChange()
  }

  #stopCounting(): void {
    if (this.#clear === null) return
    this.#clear()
    this.#clear = null
    this.#acts_ms = null
    this.#options.onChange()
  }

  async #act(): Promise<void> {
    const choice = this.#choice
    if (choice === 'nothing') return
    this.#reset('nothing')
    try {
      await this.#options.act(choice)
    } catch (error) {
      this.#error = serialiseError(error).message
      this.#options.onChange()
    }
  }
}
