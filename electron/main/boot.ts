// Everything after Electron is ready; loaded by main.ts then.

import { app, dialog, ipcMain, MessageChannelMain, powerMonitor, protocol, session, shell } from 'electron'
import { join } from 'node:path'
import type { PageMessage } from '../../shared/desktop-channels.ts'
import type { EndpointName, InputOf } from '../../shared/ipc.ts'
import { createApiServer } from '../engine/api/api-server.ts'
import type { OwnerApi } from '../engine/api/api-server.ts'
import { openLocalSocket } from '../engine/api/local-socket.ts'
import type { LocalSocket } from '../engine/api/local-socket.ts'
import type { OwnedEngine } from '../engine/create-engine.ts'
import { createEngine } from '../engine/create-engine.ts'
import { appScheme, createAppProtocolHandler } from './app-protocol.ts'
import { DesktopSigns } from './desktop-signs.ts'
import { DesktopStatus } from './desktop-status.ts'
import { askAboutQuitting, FileDialogs } from './dialogs.ts'
import { sendDevPolicy } from './dev-policy.ts'
import { forkUtility } from './fork-utility.ts'
import { InstalledApp } from './installed-app.ts'
import { lockDownSession } from './lock-down.ts'
import { MainWindow } from './main-window.ts'
import type { MenuActions } from './menu-template.ts'
import { Notifier } from './notifier.ts'
import type { OpenedFiles } from './opened-files.ts'
import { PageConnections } from './page-connections.ts'
import { registerPageVerbs } from './page-verbs.ts'
import { QuitGuard } from './quit-guard.ts'
import { utilityWorkerProcess } from './utility-worker-process.ts'

/** Failed jobs are gathered so long for one notification. */
const NOTICE_DELAY_MS = 1_000
const CONNECT: PageMessage = 'jobyard:connect'

export interface BootOptions {
  readonly data_dir: string
  readonly version: string
  /** Address of the page. */
  readonly url: string
  readonly is_dev_server: boolean
  readonly files: {
    readonly preload: string
    readonly renderer: string
    readonly icons: string
    readonly examples: string
    readonly worker: string
    readonly store_thread: string
    readonly job_file_thread: string
    readonly history_thread: string
  }
  readonly opened: OpenedFiles
}

/** Opens the data directory, and then the window. Rejects where the data directory cannot be had. */
export async function boot(options: BootOptions): Promise<void> {
  const { files, url, version } = options
  lockDownSession(session.defaultSession, url)
  if (options.is_dev_server) sendDevPolicy(session.defaultSession, url)
  protocol.handle(appScheme.scheme, createAppProtocolHandler(files.renderer))
  const owned = await createEngine({
    data_dir: options.data_dir,
    host: 'app',
    version,
    store_thread: files.store_thread,
    spawnWorker: utilityWorkerProcess({ entry: files.worker, fork: forkUtility, app }),
    log: (fault) => {
      console.error(fault.message)
    },
  })
  const quit = (): void => {
    app.quit()
  }
  const api = await createApiServer({ owned, version, entries: files, help: { quit } })
  // The command line's way in; without it the app works all the same.
  const socket = await openLocalSocket(options.data_dir, api).catch((error: unknown) => {
    console.error('the command line cannot reach this app:', error)
    return null
  })
  new Desktop(options, owned, api, socket).open()
  await owned.engine.start()
}

/** The app around one engine: its window, its menus and signs, and its end. */
class Desktop {
  readonly #options: BootOptions
  readonly #owned: OwnedEngine
  readonly #api: OwnerApi
  readonly #socket: LocalSocket | null
  readonly #window: MainWindow
  readonly #connections: PageConnections
  readonly #status: DesktopStatus
  readonly #signs: DesktopSigns
  readonly #notifier: Notifier
  readonly #dialogs = new FileDialogs()
  readonly #installed: InstalledApp
  readonly #quit: QuitGuard

  constructor(options: BootOptions, owned: OwnedEngine, api: OwnerApi, socket: LocalSocket | null) {
    const { files, url } = options
    this.#options = options
    this.#owned = owned
    this.#api = api
    this.#socket = socket
    this.#quit = this.#makeQuitGuard()
    this.#window = new MainWindow({
      preload: files.preload,
      icon: join(files.icons, 'app.png'),
      is_packaged: app.isPackaged,
      url,
      mayClose: () => this.#mayClose(),
    })
    this.#connections = new PageConnections({
      server: api,
      ownUrl: url,
      createChannel: () => new MessageChannelMain(),
    })
    this.#installed = this.#makeInstalled()
    this.#signs = new DesktopSigns({
      icons: files.icons,
      window: this.#window,
      actions: this.#menuActions(),
      preventSleep: () => api.settings.current.prevent_sleep,
    })
    this.#notifier = new Notifier({
      show: (notice) => {
        this.#signs.notify(notice)
      },
      settings: () => api.settings.current,
      later: (callback) => {
        setTimeout(callback, NOTICE_DELAY_MS)
      },
    })
    this.#status = this.#watch()
  }

  open(): void {
    ipcMain.on(CONNECT, (event) => {
      this.#connections.connect(event)
    })
    registerPageVerbs(
      ipcMain,
      {
        'jobyard:pick-files': () => this.#dialogs.pick(this.#window.current, 'files'),
        'jobyard:take-files': () => this.#options.opened.take(),
        'jobyard:can-update': () => this.#installed.canUpdate,
        'jobyard:save-text': ({ name, text }) => this.#dialogs.saveText(this.#window.current, name, text),
      },
      this.#options.url,
    )
    this.#api.settings.onChange(() => {
      this.#signs.keepAwake()
    })
    app.on('before-quit', this.#quit.onBeforeQuit)
    app.on('activate', () => {
      this.#window.show()
    })
    app.on('second-instance', () => {
      this.#window.show()
    })
    powerMonitor.on('resume', () => {
      // The engine sees it by itself within half a minute, and says where that fails.
      this.#owned.engine.wake().catch(() => undefined)
    })
    powerMonitor.on('shutdown', () => {
      this.#quit.quitWithoutAsking()
    })
    this.#window.show()
    this.#options.opened.whenAdded(() => {
      this.#window.show()
      this.#window.send('jobyard:files')
    })
  }

  #watch(): DesktopStatus {
    return new DesktopStatus(this.#api, {
      onSummary: (summary) => {
        this.#signs.show(summary)
        this.#notifier.summary(summary)
        this.#quit.onPool(summary.pool)
      },
      onEnded: (ended) => {
        this.#notifier.ended(ended)
      },
    })
  }

  #makeInstalled(): InstalledApp {
    return new InstalledApp({
      window: this.#window,
      data_dir: this.#options.data_dir,
      version: this.#options.version,
      examples: this.#options.files.examples,
      open: (paths) => {
        this.#options.opened.add(paths)
      },
      notify: (notice) => {
        this.#signs.notify(notice)
      },
      quit: () => {
        app.quit()
      },
      mayLook: () => this.#api.settings.current.check_updates,
      onError: (error) => {
        this.#fail(error)
      },
    })
  }

  /** Closing the window is quitting, but for a Mac, where apps live on without one. */
  #mayClose(): boolean {
    if (process.platform === 'darwin' || this.#quit.is_closed) return true
    app.quit()
    return false
  }

  #makeQuitGuard(): QuitGuard {
    return new QuitGuard({
      active: () => this.#owned.engine.poolStatus().active,
      ask: (active, finishing) => askAboutQuitting(this.#window.current, active, finishing),
      drain: async () => {
        await this.#status.api('pool:stop', { now: false })
      },
      undrain: async () => {
        await this.#status.api('pool:start', {})
      },
      toTray: () => {
        this.#window.destroy()
      },
      close: () => this.#close(),
      quit: () => {
        app.quit()
      },
      onError: (error) => {
        this.#fail(error)
      },
    })
  }

  async #close(): Promise<void> {
    this.#status.close()
    this.#connections.closeAll()
    // What is being stopped may take its grace; a window without an owner behind it has nothing to show meanwhile.
    this.#window.destroy()
    this.#signs.close()
    this.#installed.close()
    try {
      await this.#socket?.close()
      await this.#api.close()
      await this.#owned.close()
    } catch (error) {
      // What was committed is set right at the next start.
      console.error('closing failed:', error)
    }
  }

  #menuActions(): MenuActions {
    const call = <K extends EndpointName>(name: K, input: InputOf<K>) => {
      return (): void => {
        this.#status.api(name, input).catch((error: unknown) => {
          this.#fail(error)
        })
      }
    }
    return {
      ...this.#installed.actions,
      openFiles: this.#pick('files'),
      openFolder: this.#pick('folder'),
      show: (view) => {
        this.#window.show(view)
      },
      start: call('pool:start', {}),
      pause: call('pool:pause', {}),
      resume: call('pool:resume', {}),
      stop: call('pool:stop', { now: false }),
      stopNow: call('pool:stop', { now: true }),
      showDataDir: () => {
        void shell.openPath(this.#owned.paths.dir)
      },
      quit: () => {
        app.quit()
      },
    }
  }

  /** What is picked comes to the page as if it had been dropped. */
  #pick(what: 'files' | 'folder'): () => void {
    return () => {
      this.#dialogs.pick(this.#window.current, what).then(
        (paths) => {
          this.#options.opened.add(paths)
        },
        (error: unknown) => {
          this.#fail(error)
        },
      )
    }
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    console.error(message)
    void dialog.showMessageBox({ type: 'error', message: 'That did not work', detail: message })
  }
}
