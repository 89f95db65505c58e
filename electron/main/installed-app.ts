import { join } from 'node:path'
import { app, clipboard } from 'electron'
import { linkCommand } from './command-link.ts'
import { askYes, tell } from './dialogs.ts'
import { layOutExamples } from '../engine/api/example-jobs.ts'
import type { MainWindow } from './main-window.ts'
import type { MenuActions } from './menu-template.ts'
import type { Notice } from './notifier.ts'
import { UpdateClock } from './update-clock.ts'
import { canUpdate, loadUpdater } from './update-source.ts'
import { Updates } from './updates.ts'

export interface InstalledAppOptions {
  readonly window: MainWindow
  readonly data_dir: string
  readonly version: string
  /** Folder of the examples that came with the app. */
  readonly examples: string
  /** Takes paths as if they had been dropped. */
  readonly open: (paths: readonly string[]) => void
  readonly notify: (notice: Notice) => void
  readonly quit: () => void
  /** The setting: may the network be used without being asked each time? */
  readonly mayLook: () => boolean
  readonly onError: (error: unknown) => void
}

/** The app as a thing on this machine: its updates, its command on the PATH, the examples that came with it. */
export class InstalledApp {
  readonly #options: InstalledAppOptions
  readonly #updates: Updates | null
  readonly #clock: UpdateClock | null

  constructor(options: InstalledAppOptions) {
    this.#options = options
    const { platform, env, resourcesPath: resources } = process
    const can_update = canUpdate({ is_packaged: app.isPackaged, platform, resources, env })
    this.#updates = can_update ? this.#makeUpdates() : null
    this.#clock = this.#updates === null ? null : this.#startClock(this.#updates)
  }

  get canUpdate(): boolean {
    return this.#updates !== null
  }

  /** Those that make no sense here are null. */
  get actions(): Pick<MenuActions, 'openExamples' | 'checkForUpdates' | 'installCommand'> {
    const updates = this.#updates
    // The packages for Linux and Windows do this when they are installed.
    const can_link = process.platform === 'darwin' && app.isPackaged
    return {
      openExamples: () => {
        this.openExamples().catch(this.#options.onError)
      },
      checkForUpdates:
        updates === null
          ? null
          : () => {
              updates.checkNow().catch(this.#options.onError)
            },
      installCommand: can_link
        ? () => {
            this.#installCommand().catch(this.#options.onError)
          }
        : null,
    }
  }

  async openExamples(): Promise<void> {
    const { examples, data_dir, open } = this.#options
    open([await layOutExamples(examples, data_dir)])
  }

  close(): void {
    this.#clock?.close()
  }

  #startClock(updates: Updates): UpdateClock {
    return new UpdateClock({
      mayLook: this.#options.mayLook,
      look: () => void updates.checkQuietly(),
    })
  }

  #makeUpdates(): Updates {
    const { window, version, notify, quit } = this.#options
    return new Updates({
      load: loadUpdater,
      version,
      ask: (question) => askYes(window.current, question),
      tell: (text) => tell(window.current, text),
      notify,
      quit,
    })
  }

  async #installCommand(): Promise<void> {
    const { window } = this.#options
    const linked = linkCommand(join(process.resourcesPath, 'bin', 'jobyard'))
    switch (linked.outcome) {
      case 'linked':
      case 'was-linked':
        await tell(window.current, {
          message: 'The command jobyard is installed',
          detail: 'Type jobyard --help in a terminal.',
        })
        return
      case 'refused':
        await tell(window.current, { message: 'The command was not installed', detail: linked.reason })
        return
      case 'by-hand': {
        const copy = await askYes(window.current, {
          message: 'Installing the command needs an administrator',
          detail: `Run this in a terminal:\n\n${linked.command}`,
          yes: 'Copy It',
        })
        if (copy) await clipboard.writeText(linked.command)
      }
    }
  }
}
