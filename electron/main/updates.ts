import type { Notice } from './notifier.ts'

/** What is used of the program that fetches updates. */
export interface Updater {
  /** The version there is, where it is newer than this one. Rejects where it cannot be asked for. */
  check(): Promise<string | null>
  /** Fetches what was found last; it is put in place when the app quits. */
  download(): Promise<void>
}

export interface UpdatesOptions {
  /** Called when the network is to be used for the first time, and not before. */
  readonly load: () => Promise<Updater>
  /** Of this app. */
  readonly version: string
  /** A question with one button for yes; false: the person did not want to. */
  readonly ask: (question: { message: string; detail: string; yes: string }) => Promise<boolean>
  readonly tell: (text: { message: string; detail: string }) => Promise<void>
  readonly notify: (notice: Notice) => void
  readonly quit: () => void
}

/** Looks for updates when a person asks for it, or quietly, where the setting allows that. No error leaves it. */
export class Updates {
  readonly #options: UpdatesOptions
  #loaded: Promise<Updater> | null = null
  /** One at a time; a second wish meanwhile is the same one. */
  #busy = false
  #fetched: string | null = null
  #notified: string | null = null

  constructor(options: UpdatesOptions) {
    this.#options = options
  }

  /** From the menu: every outcome is told. */
  async checkNow(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      await this.#check()
    } catch (error) {
      const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
      await this.#options.tell({
        message: 'Looking for updates did not work',
        detail: `${why}\n\nJobyard goes on as it is. Try again when there is a network, or fetch the new version by hand.`,
      })
    } finally {
      this.#busy = false
    }
  }

  /** By the clock: a newer version is told once, all else is kept for who asks. */
  async checkQuietly(): Promise<void> {
    if (this.#busy || this.#fetched !== null) return
    this.#busy = true
    try {
      const found = await (await this.#updater()).check()
      if (found === null || found === this.#notified) return
      this.#notified = found
      this.#options.notify({
        title: `Jobyard ${found} is there`,
        body: 'Check for Updates in the menu installs it.',
        place: 'settings',
      })
    } catch (error) {
      console.error('looking for updates failed:', error instanceof Error ? error.message : error)
    } finally {
      this.#busy = false
    }
  }

  async #check(): Promise<void> {
    const { ask, tell, quit, version } = this.#options
    if (this.#fetched === null) {
      const updater = await this.#updater()
      const found = await updater.check()
      if (found === null) {
        await tell({ message: 'This is the newest Jobyard', detail: `Version ${version}.` })
        return
      }
      const wanted = await ask({
        message: `Jobyard ${found} is there`,
        detail: `This is version ${version}. Jobs go on while the new one is fetched; it is put in place when Jobyard quits.`,
        yes: 'Fetch It',
      })
      if (!wanted) return
      await updater.download()
      this.#fetched = found
    }
    const now = await ask({
      message: `Jobyard ${this.#fetched} is fetched`,
      detail: 'It is put in place when Jobyard quits. Your queue, history and settings stay.',
      yes: 'Quit Now',
    })
    if (now) quit()
  }

  #updater(): Promise<Updater> {
    this.#loaded ??= this.#options.load()
    // A failure to load it may be over the next time.
    this.#loaded.catch(() => {
      this.#loaded = null
    })
    return this.#loaded
  }
}
