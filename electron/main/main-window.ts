import { BrowserWindow } from 'electron'
import type { MainMessage } from '../../shared/desktop-channels.ts'
import { windowOptions } from './window-options.ts'

/** A page that crashes again so soon after it was loaded anew would do so for ever. */
const CRASH_LOOP_MS = 10_000

export interface MainWindowOptions {
  readonly preload: string
  readonly icon: string
  readonly is_packaged: boolean
  readonly url: string
  /** @returns false: the window must stay for now */
  readonly mayClose: () => boolean
}

/** The one window of the app, or none: on a Mac and while the app lives in the tray. */
export class MainWindow {
  readonly #options: MainWindowOptions
  #window: BrowserWindow | null = null
  #crashed_ms = 0

  constructor(options: MainWindowOptions) {
    this.#options = options
  }

  get current(): BrowserWindow | null {
    return this.#window
  }

  /** Opens the window or brings it to the front. @param place behind the `#` of its address: `history`, `job/12` */
  show(place?: string): void {
    const window = this.#window
    if (window === null) {
      this.#open(place)
      return
    }
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
    if (place !== undefined) this.send('jobyard:show', place)
  }

  send(channel: MainMessage, value?: unknown): void {
    this.#window?.webContents.send(channel, value)
  }

  /** At once and without asking anybody. */
  destroy(): void {
    this.#window?.destroy()
  }

  #open(place?: string): void {
    const { preload, icon, is_packaged, url } = this.#options
    const window = new BrowserWindow(windowOptions({ preload, icon, isPackaged: is_packaged }))
    this.#window = window
    window.once('ready-to-show', () => {
      window.show()
    })
    window.on('close', (event) => {
      if (!this.#options.mayClose()) event.preventDefault()
    })
    window.on('closed', () => {
      this.#window = null
    })
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      this.#onCrash(window, reason)
    })
    window.loadURL(place === undefined ? url : `${url}#/${place}`).catch((error: unknown) => {
      console.error('the window could not load its page:', error)
    })
  }

  #onCrash(window: BrowserWindow, reason: string): void {
    if (reason === 'clean-exit') return
    console.error(`the page of the window is gone (${reason})`)
    const now_ms = Date.now()
    const is_loop = now_ms - this.#crashed_ms < CRASH_LOOP_MS
    this.#crashed_ms = now_ms
    // Not in the event itself: the dying process is still being taken down.
    if (!is_loop) {
      setImmediate(() => {
        if (!window.isDestroyed()) window.webContents.reload()
      })
    }
  }
}
