/** `app`: the life of the program. [dts 245 ff.; doc app] */
import { EventEmitter } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { records } from './records.ts'
import { strict } from './strict.ts'

const LOCK_FILE = 'stand-in.lock'
const SECOND_PREFIX = 'stand-in-second-'

/** What `app` has to know of windows; see browser-window.ts. */
export interface OpenWindows {
  count(): number
  /** Each may refuse. */
  closeAll(): void
  destroyAll(): void
}

class App extends EventEmitter {
  readonly isPackaged = process.env['STAND_IN_PACKAGED'] === '1'
  readonly name = 'Jobyard'
  readonly #paths = new Map<string, string>()
  readonly #ready = Promise.withResolvers<undefined>()
  #is_ready = false
  #is_quitting = false
  #has_lock = false
  #windows: OpenWindows = { count: () => 0, closeAll: () => undefined, destroyAll: () => undefined }

  constructor() {
    super()
    // [src electron_browser_main_parts_posix.cc] these quit as if a person had.
    if (process.env['STAND_IN_MAIN'] !== undefined) {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.on(signal, () => {
          this.quit()
        })
      }
    }
  }

  isReady(): boolean {
    return this.#is_ready
  }

  whenReady(): Promise<void> {
    return this.#ready.promise
  }

  getVersion(): string {
    return '0.0.0-stand-in'
  }

  getName(): string {
    return this.name
  }

  getPath(name: string): string {
    const known: Readonly<Record<string, string>> = {
      home: homedir(),
      temp: tmpdir(),
      downloads: join(homedir(), 'Downloads'),
      userData: join(homedir(), '.config', this.name),
    }
    const path = this.#paths.get(name) ?? known[name]
    if (path === undefined) throw new Error(`Failed to get '${name}' path`)
    return path
  }

  /** [dts 1797] of a folder that is not there it throws. */
  setPath(name: string, path: string): void {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw new Error(`Failed to set path: ${path}`)
    this.#paths.set(name, path)
  }

  /** [dts 1740] one for each `userData`; the second's words and data come to the first. */
  requestSingleInstanceLock(data: object = {}): boolean {
    const folder = this.getPath('userData')
    const file = join(folder, LOCK_FILE)
    // For specs of what lies behind the lock.
    if (process.env['STAND_IN_NO_LOCK'] === '1') return true
    if (isHeld(file)) {
      const message = serialize({ argv: process.argv, cwd: process.cwd(), data: structuredClone(data) })
      writeFileSync(join(folder, `${SECOND_PREFIX}${process.pid}`), message)
      return false
    }
    writeFileSync(file, String(process.pid))
    this.#has_lock = true
    process.on('exit', () => {
      if (this.#has_lock) rmSync(file, { force: true })
    })
    watch(folder, () => {
      this.#hearSeconds(folder)
    }).unref()
    return true
  }

  #hearSeconds(folder: string): void {
    // [dts 825] not before `ready`
    if (!this.#is_ready) return
    for (const name of readdirSync(folder).filter((file) => file.startsWith(SECOND_PREFIX))) {
      const path = join(folder, name)
      const text = readFileSync(path)
      if (text.length === 0) continue
      rmSync(path)
      const { argv, cwd, data } = deserialize(text) as { argv: string[]; cwd: string; data: unknown }
      this.emit('second-instance', eventOf(), argv, cwd, data)
    }
  }

  enableSandbox(): void {
    // [dts 1417] "must be called before app is ready"
    if (this.#is_ready) throw new Error('app.enableSandbox() can only be called before app is ready')
    records.sandbox_enabled = true
  }

  disableHardwareAcceleration(): void {
    // [dts 1383] "This method can only be called before app is ready."
    if (this.#is_ready)
      throw new Error('app.disableHardwareAcceleration() can only be called before app is ready')
  }

  /** [dts 1829] Windows only. */
  setAppUserModelId(id: string): void {
    if (process.platform !== 'win32') throw new Error(`${process.platform} knows no app user model id ${id}`)
  }

  setBadgeCount(count = 0): boolean {
    records.badge_count = count
    return true
  }

  /** [doc app.quit] `before-quit`, then the windows are closed (each may refuse), then `will-quit`. */
  quit(): void {
    if (this.#is_quitting) return
    this.#is_quitting = true
    const event = eventOf()
    this.emit('before-quit', event)
    if (event.defaultPrevented) {
      this.#is_quitting = false
      return
    }
    if (this.#windows.count() === 0) this.#willQuit()
    else this.#windows.closeAll()
  }

  /** [doc app.exit] asks nobody: neither `before-quit` nor `will-quit`. */
  exit(code = 0): never {
    this.#windows.destroyAll()
    this.#end(code)
  }

  /** For browser-window.ts: a window refused to close, so that the quit is off. [src browser/browser.cc] */
  closeWasPrevented(): void {
    this.#is_quitting = false
  }

  /** For browser-window.ts. */
  lastWindowClosed(): void {
    if (this.#is_quitting) this.#willQuit()
    // [doc window-all-closed] with no listener the default is to quit; not emitted while it quits.
    else if (!this.emit('window-all-closed')) this.quit()
  }

  watchWindows(windows: OpenWindows): void {
    this.#windows = windows
  }

  /** For run-main.ts: the entry has been evaluated. */
  becomeReady(): void {
    this.emit('will-finish-launching')
    this.#is_ready = true
    this.emit('ready', eventOf(), {})
    this.#ready.resolve(undefined)
    if (this.#has_lock) this.#hearSeconds(this.getPath('userData'))
  }

  #willQuit(): void {
    const event = eventOf()
    this.emit('will-quit', event)
    if (event.defaultPrevented) this.#is_quitting = false
    else this.#end(0)
  }

  #end(code: number): never {
    this.emit('quit', eventOf(), code)
    process.exit(code)
  }
}

/** What Electron passes to listeners: an event whose default can be prevented. */
export function eventOf<T extends object>(
  more?: T,
): T & { preventDefault(): void; readonly defaultPrevented: boolean } {
  let defaultPrevented = false
  const event = {
    preventDefault: () => {
      defaultPrevented = true
    },
    get defaultPrevented() {
      return defaultPrevented
    },
  }
  return Object.defineProperties(event, Object.getOwnPropertyDescriptors(more ?? {})) as never
}

/** A lock of a process that is gone counts no more. */
function isHeld(file: string): boolean {
  if (!existsSync(file)) return false
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0)
    return true
  } catch {
    return false
  }
}

export const app = strict('app', new App())
export const appPath = resolve(process.cwd())
