/** `WebContents` and `WebFrameMain`, with the top frame only. [dts 17540 ff., 20104 ff.] */
import { EventEmitter } from 'node:events'
import { app, eventOf } from './app.ts'
import { MessagePortMain } from './message-channel.ts'
import { records } from './records.ts'
import { session } from './session.ts'
import { tellSpec } from './spec-link.ts'
import { strict } from './strict.ts'
import { cloned } from './wire.ts'

const DISPOSED = 'Render frame was disposed before WebFrameMain could be accessed'

export class WebFrameMain extends EventEmitter {
  readonly #window_id: number
  readonly #frame_id: number
  #url: string
  #is_gone = false

  constructor(window_id: number, frame_id: number, url: string) {
    super()
    this.#window_id = window_id
    this.#frame_id = frame_id
    this.#url = url
  }

  /** Of a document that is gone everything throws. [src lib/browser/api/web-frame-main.ts] */
  get url(): string {
    this.#check()
    return this.#url
  }

  get top(): this | null {
    this.#check()
    return this
  }

  get parent(): WebFrameMain | null {
    this.#check()
    return null
  }

  get detached(): boolean {
    return this.#is_gone
  }

  isDestroyed(): boolean {
    return this.#is_gone
  }

  send(channel: string, ...args: unknown[]): void {
    this.#post(channel, args, [])
  }

  /** The only way to carry ports. [facts B3] */
  postMessage(channel: string, message: unknown, transfer: readonly MessagePortMain[] = []): void {
    this.#post(channel, [message], transfer)
  }

  moved(url: string): void {
    this.#url = url
  }

  gone(): void {
    this.#is_gone = true
  }

  #post(channel: string, args: readonly unknown[], transfer: readonly MessagePortMain[]): void {
    const copies = cloned([...args])
    for (const port of transfer) {
      if (!(port instanceof MessagePortMain)) throw new TypeError('Invalid value for transfer')
    }
    const port_ids = transfer.map((port) => port.transferToPage())
    this.#check()
    tellSpec({
      type: 'to-page',
      window_id: this.#window_id,
      frame_id: this.#frame_id,
      channel,
      args: copies,
      port_ids,
    })
  }

  #check(): void {
    if (this.#is_gone) throw new Error(DISPOSED)
  }
}

type OpenHandler = (details: { readonly url: string }) => { readonly action: 'deny' | 'allow' }

export class WebContents extends EventEmitter {
  readonly id: number
  readonly session = session.defaultSession
  #frame: WebFrameMain | null = null
  #frame_id: number | null = null
  /** The same object each time the same frame is meant. */
  #strictFrame: WebFrameMain | null = null
  #openHandler: OpenHandler | null = null
  #is_destroyed = false
  #loading = Promise.withResolvers<undefined>()

  constructor(window_id: number) {
    super()
    this.id = window_id
  }

  get mainFrame(): WebFrameMain {
    if (this.#strictFrame === null) throw new Error(DISPOSED)
    return this.#strictFrame
  }

  getURL(): string {
    return this.#frame?.url ?? ''
  }

  isDestroyed(): boolean {
    return this.#is_destroyed
  }

  send(channel: string, ...args: unknown[]): void {
    // Before there is a page there is nobody to hear it: dropped. [facts B3]
    if (this.#strictFrame === null) cloned(args)
    else this.#strictFrame.send(channel, ...args)
  }

  postMessage(channel: string, message: unknown, transfer?: readonly MessagePortMain[]): void {
    this.mainFrame.postMessage(channel, message, transfer)
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler
  }

  reload(): void {
    tellSpec({ type: 'reload', window_id: this.id })
  }

  /** @param url resolves when it is loaded, rejects when that failed. [dts BrowserWindow.loadURL] */
  load(url: string): Promise<undefined> {
    this.#loading = Promise.withResolvers<undefined>()
    this.#loading.promise.catch(() => undefined)
    tellSpec({ type: 'load', window_id: this.id, url })
    return this.#loading.promise
  }

  // From here on for browser-window.ts: what happened in the page.

  loaded(error: string | null): void {
    if (error === null) {
      this.emit('did-finish-load')
      this.#loading.resolve(undefined)
    } else this.#loading.reject(new Error(error))
  }

  frameOf(frame_id: number): WebFrameMain | null {
    // Of a frame that is gone `senderFrame` is null. [dts 9529]
    return frame_id === this.#frame_id ? this.#strictFrame : null
  }

  showsFrame(frame_id: number, url: string): void {
    this.#frame?.gone()
    this.#frame = new WebFrameMain(this.id, frame_id, url)
    this.#strictFrame = strict('webFrameMain', this.#frame)
    this.#frame_id = frame_id
    this.emit('did-navigate', eventOf(), url)
  }

  frameGone(frame_id: number): void {
    if (frame_id !== this.#frame_id) return
    this.#frame?.gone()
    this.#strictFrame = null
    this.#frame_id = null
  }

  frameMoved(url: string): void {
    this.#frame?.moved(url)
    this.emit('did-navigate-in-page', eventOf(), url, true)
  }

  crashed(): void {
    // [dts 18616; doc web-contents render-process-gone]
    this.emit('render-process-gone', eventOf(), { reason: 'crashed', exitCode: 5 })
  }

  preloadFailed(path: string, message: string): void {
    records.preload_errors.push(message)
    this.emit('preload-error', eventOf(), path, new Error(message))
  }

  /** [doc will-frame-navigate] by the page only, never for `loadURL`. */
  mayNavigate(url: string): boolean {
    const event = eventOf({ url, isMainFrame: true, frame: this.#strictFrame })
    this.emit('will-frame-navigate', event)
    if (!event.defaultPrevented) this.emit('will-navigate', event)
    return !event.defaultPrevented
  }

  mayOpen(url: string): boolean {
    // [doc setWindowOpenHandler] without one it is allowed.
    return this.#openHandler?.({ url }).action !== 'deny'
  }

  destroyed(): void {
    this.#is_destroyed = true
    this.#frame?.gone()
    this.#strictFrame = null
    this.#frame_id = null
    this.emit('destroyed')
  }

  announce(contents: WebContents): void {
    app.emit('web-contents-created', eventOf(), contents)
  }
}
