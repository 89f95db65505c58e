import type { PoolState } from '../../shared/job.ts'

export const QUIT_CHOICES = ['finish', 'stop-now', 'tray', 'cancel'] as const
export type QuitChoice = (typeof QUIT_CHOICES)[number]

/** What the guard needs of the app. */
export interface QuitParts {
  /** Jobs that would be stopped. */
  active(): number
  /** `finishing`: running jobs are being waited for already. */
  ask(active: number, finishing: boolean): Promise<QuitChoice>
  /** No more claims; that they are through is heard by `onPool`. */
  drain(): Promise<void>
  /** Claims go on. */
  undrain(): Promise<void>
  toTray(): void
  /** Stops what still runs and gives the data directory free. Never rejects. */
  close(): Promise<void>
  /** Quits for good. */
  quit(): void
  onError(error: unknown): void
}

/** Stands between the wish to quit and its effect: jobs that run are asked about, and what is open is closed first. */
export class QuitGuard {
  readonly #parts: QuitParts
  #state: 'open' | 'asking' | 'closing' | 'closed' = 'open'
  #finishing = false
  #may_ask = true

  constructor(parts: QuitParts) {
    this.#parts = parts
  }

  get is_closed(): boolean {
    return this.#state === 'closed'
  }

  /** For Electron's `before-quit`. */
  readonly onBeforeQuit = (event: { preventDefault(): void }): void => {
    if (this.#state === 'closed') return
    event.preventDefault()
    if (this.#state !== 'open') return
    const active = this.#parts.active()
    if (active === 0 || !this.#may_ask) void this.#close()
    else void this.#ask(active)
  }

  /** The system goes down: there is nobody to ask. */
  quitWithoutAsking(): void {
    this.#may_ask = false
    if (this.#state === 'open' || this.#state === 'asking') void this.#close()
  }

  onPool(state: PoolState): void {
    if (!this.#finishing) return
    if (state === 'stopped') void this.#close()
    // Somebody has started the pool again: then it is not to be quit.
    if (state === 'running' || state === 'paused') this.#finishing = false
  }

  async #ask(active: number): Promise<void> {
    this.#state = 'asking'
    let choice: QuitChoice = 'cancel'
    try {
      choice = await this.#parts.ask(active, this.#finishing)
    } catch (error) {
      this.#parts.onError(error)
    }
    // Meanwhile the last job may have ended, or the system may go down.
    if (this.#is('closing') || this.#is('closed')) return
    this.#state = 'open'
    await this.#follow(choice).catch((error: unknown) => {
      this.#parts.onError(error)
    })
  }

  async #follow(choice: QuitChoice): Promise<void> {
    switch (choice) {
      case 'finish':
        await this.#parts.drain()
        this.#finishing = true
        if (this.#parts.active() === 0) await this.#close()
        return
      case 'stop-now':
        await this.#close()
        return
      case 'tray':
        this.#parts.toTray()
        return
      case 'cancel':
        if (!this.#finishing) return
        this.#finishing = false
        await this.#parts.undrain()
        return
    }
  }

  async #close(): Promise<void> {
    if (this.#is('closing') || this.#is('closed')) return
    this.#state = 'closing'
    await this.#parts.close()
    this.#state = 'closed'
    this.#parts.quit()
  }

  /** A question to the field as it is now: it changes while something is awaited. */
  #is(state: 'closing' | 'closed'): boolean {
    return this.#state === state
  }
}
