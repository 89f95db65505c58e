/** `BrowserWindow`: a page of Chromium in the process of the spec. [dts 2995 ff.; doc browser-window] */
import { EventEmitter } from 'node:events'
import { app, eventOf } from './app.ts'
import { tellIpcMain, invokeIpcMain } from './ipc-main.ts'
import { grantedPermissions, headersFor, respondTo } from './session.ts'
import { records } from './records.ts'
import { answerWith, onSpec, tellSpec } from './spec-link.ts'
import { checkOptions, strict } from './strict.ts'
import { WebContents } from './web-contents.ts'

const OPTIONS = [
  ...['width', 'height', 'minWidth', 'minHeight', 'title', 'icon', 'name', 'windowStatePersistence', 'show'],
  ...['autoHideMenuBar', 'webPreferences', 'backgroundColor'],
]
const WEB_PREFERENCES = [
  'preload',
  'sandbox',
  'contextIsolation',
  'nodeIntegration',
  'webviewTag',
  'devTools',
]

interface Options {
  readonly width?: number
  readonly height?: number
  readonly show?: boolean
  readonly name?: string
  readonly windowStatePersistence?: boolean
  readonly webPreferences?: Readonly<Record<string, unknown>>
}

const windows = new Map<number, Window>()
let last_id = 0

class Window extends EventEmitter {
  readonly id: number
  readonly webContents: WebContents
  readonly contents: WebContents
  #is_visible: boolean
  #is_minimized = false
  #is_destroyed = false
  #was_painted = false

  constructor(options: Options = {}) {
    super()
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    checkOptions('BrowserWindow', options, OPTIONS)
    const preferences = options.webPreferences ?? {}
    checkOptions('webPreferences', preferences, WEB_PREFERENCES)
    checkSandbox(preferences)
    // [dts 4559] "Has no effect if window `name` is not provided."
    if (options.windowStatePersistence === true && (options.name ?? '') === '')
      throw new Error('the window has no name')
    last_id += 1
    this.id = last_id
    this.#is_visible = options.show !== false
    this.contents = new WebContents(this.id)
    this.webContents = strict('webContents', this.contents)
    windows.set(this.id, this)
    const { preload } = preferences
    tellSpec({
      type: 'open-window',
      window_id: this.id,
      preload: typeof preload === 'string' ? preload : null,
      width: options.width ?? 800,
      height: options.height ?? 600,
      granted: grantedPermissions(this.webContents),
    })
    this.contents.announce(this.webContents)
  }

  loadURL(url: string): Promise<undefined> {
    return this.contents.load(url)
  }

  show(): void {
    this.#check()
    this.#is_visible = true
    this.emit('show')
  }

  hide(): void {
    this.#check()
    this.#is_visible = false
    this.emit('hide')
  }

  focus(): void {
    this.#check()
    this.emit('focus')
  }

  minimize(): void {
    this.#check()
    this.#is_minimized = true
  }

  restore(): void {
    this.#check()
    this.#is_minimized = false
  }

  isMinimized(): boolean {
    this.#check()
    return this.#is_minimized
  }

  isVisible(): boolean {
    this.#check()
    return this.#is_visible
  }

  isDestroyed(): boolean {
    return this.#is_destroyed
  }

  /** [dts setProgressBar] outside 0..1: none, or indeterminate above. */
  setProgressBar(value: number, options: { readonly mode?: string } = {}): void {
    this.#check()
    records.progress = { value, mode: value < 0 ? 'none' : (options.mode ?? 'normal') }
  }

  /** [doc close] as if a person had clicked it: `close` may be prevented. */
  close(): void {
    if (this.#is_destroyed) return
    const event = eventOf()
    this.emit('close', event)
    if (event.defaultPrevented) app.closeWasPrevented()
    else this.destroy()
  }

  /** [doc destroy] nobody is asked; `closed` comes all the same. */
  destroy(): void {
    if (this.#is_destroyed) return
    this.#is_destroyed = true
    windows.delete(this.id)
    tellSpec({ type: 'close-window', window_id: this.id })
    this.contents.destroyed()
    this.emit('closed')
    if (windows.size === 0) app.lastWindowClosed()
  }

  loaded(error: string | null): void {
    this.contents.loaded(error)
    // [doc ready-to-show] once, when the page has been painted for the first time.
    if (error !== null || this.#was_painted) return
    this.#was_painted = true
    this.emit('ready-to-show')
  }

  /** [facts J "used after closed"] */
  #check(): void {
    if (this.#is_destroyed) throw new TypeError('Object has been destroyed')
  }
}

/** The app says that it is sandboxed: what would not be so is refused here. */
function checkSandbox(preferences: Readonly<Record<string, unknown>>): void {
  if (
    preferences['sandbox'] === false ||
    preferences['contextIsolation'] === false ||
    preferences['nodeIntegration'] === true
  ) {
    throw new Error('the stand-in knows sandboxed, isolated pages only')
  }
}

app.watchWindows({
  count: () => windows.size,
  closeAll: () => {
    for (const window of [...windows.values()]) window.close()
  },
  destroyAll: () => {
    for (const window of [...windows.values()]) window.destroy()
  },
})

const strictWindows = new WeakMap<Window, Window>()

function strictWindow(window: Window): Window {
  const known = strictWindows.get(window) ?? strict('browserWindow', window)
  strictWindows.set(window, known)
  return known
}

/** What `new BrowserWindow` gives is strict; so is the class. */
export const BrowserWindow = new Proxy(Window, {
  construct: (target, [options]: [Options?]) => strictWindow(new target(options)),
  get: (_target, key) => {
    if (key === 'getAllWindows') return () => [...windows.values()].map(strictWindow)
    if (key === 'fromWebContents')
      return (contents: WebContents) => [...windows.values()].find(({ id }) => id === contents.id) ?? null
    if (typeof key === 'symbol' || key === 'prototype') return Reflect.get(Window, key) as unknown
    throw new Error(`the stand-in has no BrowserWindow.${key}`)
  },
})

onSpec('frame', ({ window_id, frame_id, url }) => windows.get(window_id)?.contents.showsFrame(frame_id, url))
onSpec('frame-gone', ({ window_id, frame_id }) => windows.get(window_id)?.contents.frameGone(frame_id))
onSpec('frame-url', ({ window_id, url }) => windows.get(window_id)?.contents.frameMoved(url))
onSpec('loaded', ({ window_id, error }) => windows.get(window_id)?.loaded(error))
onSpec('crashed', ({ window_id }) => windows.get(window_id)?.contents.crashed())
onSpec('close-button', ({ window_id }) => windows.get(window_id)?.close())
onSpec('preload-error', ({ window_id, path, message }) =>
  windows.get(window_id)?.contents.preloadFailed(path, message),
)
onSpec('from-page', ({ window_id, frame_id, channel, args }) => {
  const window = windows.get(window_id)
  if (window !== undefined) tellIpcMain(window.webContents, window.contents.frameOf(frame_id), channel, args)
})

/** Set by run-main.ts: runs a function of a spec here. */
let evaluate: (source: string, arg: unknown) => unknown = () => undefined
export function onEvaluate(run: typeof evaluate): void {
  evaluate = run
}

onSpec('question', (question) => {
  void answerWith(question.question_id, () => {
    switch (question.ask) {
      case 'evaluate':
        return evaluate(question.source, question.arg)
      case 'invoke': {
        const window = windows.get(question.window_id)
        if (window === undefined) throw new Error('the window is gone')
        const frame = window.contents.frameOf(question.frame_id)
        return invokeIpcMain(window.webContents, frame, question.channel, question.args)
      }
      case 'fetch':
        return respondTo(question)
      case 'headers':
        return headersFor(question)
      case 'may-navigate':
        return windows.get(question.window_id)?.contents.mayNavigate(question.url) ?? false
      case 'may-open':
        return windows.get(question.window_id)?.contents.mayOpen(question.url) ?? false
    }
  })
})
