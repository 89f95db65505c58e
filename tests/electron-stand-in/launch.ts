/**
 * Starts the built app on the stand-in. What it gives looks like Playwright's ElectronApplication, so that a spec can use
 * either.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BrowserContext, Page } from '@playwright/test'
import type * as electron from './electron.ts'
import { AppLink } from './app-link.ts'
import { StandInWindow } from './standin-window.ts'
import type { FromApp } from './wire.ts'

/** The browser has to be launched with these. */
export const CHROMIUM_ARGS: readonly string[] = ['--enable-blink-features=MessagePortCloseEvent']

const ROOT = resolve(import.meta.dirname, '../..')
const START_PATIENCE_MS = 20_000
/** So much of what it printed is shown when something went wrong. */
const MAX_SHOWN = 4_000

export interface LaunchOptions {
  /** Where the windows become pages. */
  readonly context: BrowserContext
  /** Words after the app's folder: `--data DIR`, files. */
  readonly args?: readonly string[]
  readonly cwd?: string
  /** The whole environment; by default that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Folder that holds `main/main.js` and `preload/preload.cjs`: a built tree. */
  readonly out?: string
  readonly is_packaged?: boolean
  /** Folder of what was installed beside the program; else `resources` in its folder. */
  readonly resources?: string
  /** Called with each page before anything is loaded into it. */
  readonly prepare?: (page: Page) => Promise<void>
}

export class StandInApp {
  readonly #child: ChildProcess
  readonly #link: AppLink
  readonly #options: LaunchOptions
  readonly #windows = new Map<number, StandInWindow>()
  #granted: readonly string[] | null = null
  #output = ''
  #onWindow: (() => void)[] = []
  /** What each window does comes one after the other. */
  readonly #turns = new Map<number, Promise<void>>()
  readonly exited: Promise<number | null>
  /** What the stand-in could not do, and requests of pages for what is not of the app. A spec should find it empty. */
  readonly faults: string[] = []

  constructor(options: LaunchOptions) {
    this.#options = options
    const here = import.meta.dirname
    const out = options.out ?? join(ROOT, 'out')
    this.#child = fork(join(here, 'run-main.ts'), [...(options.args ?? [])], {
      cwd: options.cwd ?? ROOT,
      env: {
        ...(options.env ?? process.env),
        STAND_IN_MAIN: join(out, 'main/main.js'),
        ...(options.resources === undefined ? {} : { STAND_IN_RESOURCES: options.resources }),
        STAND_IN_PACKAGED: options.is_packaged === true ? '1' : '0',
      },
      execArgv: [
        '--disable-warning=ExperimentalWarning',
        '--import',
        pathToFileURL(join(here, 'register.ts')).href,
      ],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const pipe of [this.#child.stdout, this.#child.stderr]) {
      pipe?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
      })
    }
    const fault = (text: string): void => {
      this.faults.push(text)
    }
    this.#link = new AppLink(this.#child, this.#onMessage, fault)
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        // As with Electron: its windows go with it.
        void Promise.all([...this.#windows.values()].map((window) => window.close().catch(() => undefined)))
        for (const wake of this.#onWindow.splice(0)) wake()
        resolve(code)
      })
    })
  }

  /** What the app printed so far. */
  output(): string {
    return this.#output
  }

  process(): ChildProcess {
    return this.#child
  }

  context(): BrowserContext {
    return this.#options.context
  }

  windows(): Page[] {
    return [...this.#windows.values()].map(({ page }) => page).filter((page) => !page.isClosed())
  }

  /** The first window that is open, or the next one that opens. @throws Error where the app ends before */
  async firstWindow(): Promise<Page> {
    const deadline = AbortSignal.timeout(START_PATIENCE_MS)
    for (;;) {
      const [page] = this.windows()
      if (page !== undefined) return page
      if (this.#child.exitCode !== null || this.#child.signalCode !== null || deadline.aborted) {
        const why = deadline.aborted ? 'No window opened' : 'The app ended before it opened a window'
        const told = [...this.faults, this.#output.slice(-MAX_SHOWN)].join('\n')
        throw new Error(`${why}. It printed:\n${told}`)
      }
      await new Promise<void>((wake) => {
        this.#onWindow.push(wake)
        deadline.addEventListener('abort', () => {
          wake()
        })
      })
    }
  }

  /**
   * Runs a function in the process of the app; it gets the electron module (and `electron.standIn`, see records.ts). It is
   * sent as text: it sees nothing around it.
   */
  async evaluate<R, A = undefined>(
    run: (module: typeof electron, arg: A) => R | Promise<R>,
    arg?: A,
  ): Promise<R> {
    const answer = await this.#link.ask({ ask: 'evaluate', source: run.toString(), arg })
    if (answer.ok) return answer.value as R
    throw new Error(answer.message)
  }

  /** A person clicks the window's close button. */
  clickClose(page: Page): void {
    for (const [window_id, window] of this.#windows) {
      if (window.page === page) this.#link.tell({ type: 'close-button', window_id })
    }
  }

  /** `app.quit()`, and waits until it is gone: a spec that leaves jobs running has to answer the question of the app. */
  async close(): Promise<void> {
    await this.evaluate(({ app }) => {
      app.quit()
    }).catch(() => undefined)
    await this.exited
  }

  /** A crash of the app. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.exited
  }

  readonly #onMessage = (message: FromApp): void => {
    switch (message.type) {
      case 'open-window':
        this.#inTurn(message.window_id, () => this.#open(message))
        return
      case 'load':
        this.#inTurn(message.window_id, () => {
          void this.#windows.get(message.window_id)?.load(message.url)
        })
        return
      case 'reload':
        this.#inTurn(message.window_id, () => {
          void this.#windows.get(message.window_id)?.reload()
        })
        return
      case 'close-window':
        this.#inTurn(message.window_id, async () => {
          const window = this.#windows.get(message.window_id)
          this.#windows.delete(message.window_id)
          await window?.close()
        })
        return
      case 'to-page':
        this.#windows
          .get(message.window_id)
          ?.sendToPage(message.frame_id, message.channel, message.args, message.port_ids)
        return
      case 'port-message':
        this.#holderOf(message.port_id)?.sendToPort(message.port_id, message.data)
        return
      case 'port-close':
        this.#holderOf(message.port_id)?.closePort(message.port_id)
        return
      case 'unimplemented':
        this.faults.push(message.message)
        return
      case 'answer':
        return
    }
  }

  #holderOf(port_id: number): StandInWindow | undefined {
    return [...this.#windows.values()].find((window) => window.hasPort(port_id))
  }

  #inTurn(window_id: number, work: () => Promise<void> | void): void {
    const before = this.#turns.get(window_id) ?? Promise.resolve()
    const turn = before.then(work).catch((error: unknown) => {
      // The browser may have been closed first.
      this.faults.push(error instanceof Error ? error.message : String(error))
    })
    this.#turns.set(window_id, turn)
  }

  async #open(message: FromApp & { type: 'open-window' }): Promise<void> {
    const { context, prepare } = this.#options
    await this.#grant(message.granted)
    const window = await StandInWindow.open(context, this.#link, message)
    await prepare?.(window.page)
    this.#windows.set(message.window_id, window)
    for (const wake of this.#onWindow.splice(0)) wake()
  }

  /** Permissions that the app's handlers grant; Chromium denies the rest. Its names differ from Electron's. */
  async #grant(granted: readonly string[]): Promise<void> {
    if (this.#granted !== null) return
    this.#granted = granted
    const names: Readonly<Record<string, string>> = {
      'clipboard-sanitized-write': 'clipboard-write',
      'clipboard-read': 'clipboard-read',
      notifications: 'notifications',
      geolocation: 'geolocation',
    }
    // An answer that was fulfilled here has no known network behind it, so that Chromium would deny its page the WebSocket
    // of a development server of this machine; from Electron's own answer it would not.
    const known = [...granted.flatMap((name) => names[name] ?? []), 'local-network-access']
    await this.#options.context.clearPermissions()
    await this.#options.context.grantPermissions(known)
  }
}

/** Starts the app; its first window opens a moment later: `await app.firstWindow()`. */
export function launchStandIn(options: LaunchOptions): StandInApp {
  return new StandInApp(options)
}
