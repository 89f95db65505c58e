/** The spec's side of one `BrowserWindow`: a page of Chromium in which the preload runs in a world of its own. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { BrowserContext, CDPSession, Page, Request, Route } from '@playwright/test'
import { z } from 'zod'
import { mainWorldSource } from './page/bridge.ts'
import { BINDING, preloadWorldSource, WORLD } from './page/preload-world.ts'
import type { AppLink } from './app-link.ts'
import { codec, toAppUrl, toPageUrl } from './wire.ts'

/** What the preload's world calls out. */
const calledSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('hello'), url: z.string() }),
  z.object({ what: z.literal('preload-error'), message: z.string() }),
  z.object({ what: z.literal('send'), channel: z.string(), args: z.string() }),
  z.object({ what: z.literal('invoke'), channel: z.string(), call_id: z.int(), args: z.string() }),
  z.object({ what: z.literal('port-message'), port_id: z.int(), data: z.string() }),
  z.object({ what: z.literal('port-closed'), port_id: z.int() }),
])
type Called = z.infer<typeof calledSchema>

interface PausedEvent {
  readonly callFrames: readonly { readonly callFrameId: string; readonly functionName: string }[]
}

export interface WindowOptions {
  readonly window_id: number
  readonly preload: string | null
  readonly width: number
  readonly height: number
}

export class StandInWindow {
  readonly page: Page
  readonly #id: number
  readonly #link: AppLink
  readonly #session: CDPSession
  readonly #preload: string | null
  /** The preload's world of the document that is shown: its number names the frame. */
  #frame_id: number | null = null
  /** Ports whose other end is in that document. */
  readonly #ports = new Set<number>()
  /** Loads that the app asked for; others come from the page. */
  #own_loads = 0
  #is_closed = false

  private constructor(page: Page, session: CDPSession, link: AppLink, options: WindowOptions) {
    this.page = page
    this.#session = session
    this.#link = link
    this.#id = options.window_id
    this.#preload = options.preload
  }

  static async open(context: BrowserContext, link: AppLink, options: WindowOptions): Promise<StandInWindow> {
    const page = await context.newPage()
    await page.setViewportSize({ width: options.width, height: options.height })
    const session = await context.newCDPSession(page)
    const window = new StandInWindow(page, session, link, options)
    await window.#prepare()
    return window
  }

  async #prepare(): Promise<void> {
    const session = this.#session
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === BINDING) this.#called(calledSchema.parse(JSON.parse(payload)), executionContextId)
    })
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      this.#frameGone(executionContextId)
    })
    session.on('Runtime.executionContextsCleared', () => {
      if (this.#frame_id !== null) this.#frameGone(this.#frame_id)
    })
    session.on('Page.navigatedWithinDocument', ({ url }) => {
      this.#link.tell({ type: 'frame-url', window_id: this.#id, url: toAppUrl(url) })
    })
    session.on('Debugger.paused', (event) => {
      void this.#onPaused(event)
    })
    for (const domain of ['Page', 'Runtime', 'Debugger'] as const) await session.send(`${domain}.enable`)
    const names = { main: randomUUID(), isolated: randomUUID() }
    await session.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD })
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source: mainWorldSource(names) })
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      worldName: WORLD,
      source: preloadWorldSource({
        names,
        platform: process.platform,
        preload: this.#preload === null ? null : readFileSync(this.#preload, 'utf8'),
      }),
    })
    await this.page.route('**/*', (route) => this.#onRequest(route))
    this.page.on('popup', (popup) => {
      void this.#onPopup(popup)
    })
    this.page.on('crash', () => {
      if (this.#frame_id !== null) this.#frameGone(this.#frame_id)
      this.#link.tell({ type: 'crashed', window_id: this.#id })
    })
  }

  async load(url: string): Promise<void> {
    await this.#loading(() => this.page.goto(toPageUrl(url)))
  }

  async reload(): Promise<void> {
    await this.#loading(() => this.page.reload())
  }

  /** At once: no `beforeunload` of the page is asked. */
  async close(): Promise<void> {
    this.#is_closed = true
    if (!this.page.isClosed()) await this.page.close()
  }

  sendToPage(frame_id: number, channel: string, args: readonly unknown[], port_ids: readonly number[]): void {
    for (const port_id of port_ids) this.#ports.add(port_id)
    // Like Electron, a message to a frame that is gone is dropped; its ports close.
    if (frame_id !== this.#frame_id) {
      for (const port_id of port_ids) this.#portGone(port_id)
      return
    }
    this.#receive({ what: 'message', channel, args: codec.encode(args), port_ids })
  }

  hasPort(port_id: number): boolean {
    return this.#ports.has(port_id)
  }

  sendToPort(port_id: number, data: unknown): void {
    this.#receive({ what: 'port-message', port_id, data: codec.encode(data) })
  }

  closePort(port_id: number): void {
    this.#ports.delete(port_id)
    this.#receive({ what: 'port-close', port_id })
  }

  async #loading(load: () => Promise<unknown>): Promise<void> {
    this.#own_loads += 1
    let error: string | null = null
    try {
      await load()
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : String(thrown)
    } finally {
      this.#own_loads -= 1
    }
    this.#link.tell({ type: 'loaded', window_id: this.#id, error })
  }

  /** Says something to the preload's world; where that is gone, nobody hears it. */
  #receive(message: object): void {
    if (this.#frame_id === null || this.#is_closed) return
    this.#session
      .send('Runtime.callFunctionOn', {
        executionContextId: this.#frame_id,
        functionDeclaration: 'function (text) { electronStandInReceive(text) }',
        arguments: [{ value: JSON.stringify(message) }],
      })
      .then(({ exceptionDetails }) => {
        if (exceptionDetails !== undefined) {
          this.#link.fault(exceptionDetails.exception?.description ?? exceptionDetails.text)
        }
      })
      .catch(() => undefined)
  }

  #called(called: Called, frame_id: number): void {
    const from = { window_id: this.#id, frame_id }
    switch (called.what) {
      case 'hello':
        this.#frame_id = frame_id
        this.#link.tell({ type: 'frame', ...from, url: toAppUrl(called.url) })
        return
      case 'preload-error':
        this.#link.tell({
          type: 'preload-error',
          window_id: this.#id,
          path: this.#preload ?? '',
          message: called.message,
        })
        return
      case 'send':
        this.#link.tell({ type: 'from-page', ...from, channel: called.channel, args: argsOf(called.args) })
        return
      case 'invoke':
        void this.#invoke(called, frame_id)
        return
      case 'port-message':
        this.#link.tell({ type: 'port-message', port_id: called.port_id, data: codec.decode(called.data) })
        return
      case 'port-closed':
        this.#portGone(called.port_id)
        return
    }
  }

  async #invoke({ channel, call_id, args }: Called & { what: 'invoke' }, frame_id: number): Promise<void> {
    const answer = await this.#link.ask({
      ask: 'invoke',
      window_id: this.#id,
      frame_id,
      channel,
      args: argsOf(args),
    })
    if (frame_id !== this.#frame_id) return
    // [src lib/renderer/api/ipc-renderer.ts]
    if (answer.ok) this.#receive({ what: 'answer', call_id, value: codec.encode(answer.value) })
    else {
      const error = `Error invoking remote method '${channel}': Error: ${answer.message}`
      this.#receive({ what: 'answer', call_id, error })
    }
  }

  #frameGone(frame_id: number): void {
    if (frame_id !== this.#frame_id) return
    this.#frame_id = null
    for (const port_id of [...this.#ports]) this.#portGone(port_id)
    this.#link.tell({ type: 'frame-gone', window_id: this.#id, frame_id })
  }

  #portGone(port_id: number): void {
    this.#ports.delete(port_id)
    this.#link.tell({ type: 'port-closed', port_id })
  }

  /** `webUtils.getPathForFile` is synchronous: the world of the preload stands still while the path is looked up. */
  async #onPaused({ callFrames }: PausedEvent): Promise<void> {
    const [frame] = callFrames
    if (frame?.functionName === 'electronStandInPathOf') {
      const { callFrameId } = frame
      const { result } = await this.#session.send('Debugger.evaluateOnCallFrame', {
        callFrameId,
        expression: 'file',
      })
      // A file that was made by a script has no path. [dts 20874]
      const { path } = await this.#session
        .send('DOM.getFileInfo', { objectId: result.objectId ?? '' })
        .catch(() => ({ path: '' }))
      await this.#session.send('Debugger.evaluateOnCallFrame', {
        callFrameId,
        expression: `path = ${JSON.stringify(path)}`,
      })
    }
    await this.#session.send('Debugger.resume')
  }

  async #onRequest(route: Route): Promise<void> {
    const request = route.request()
    const url = toAppUrl(request.url())
    try {
      if (await this.#isRefused(request, url)) {
        await route.abort('aborted')
        return
      }
      if (!url.startsWith('app:')) {
        await this.#fromElsewhere(route, url)
        return
      }
      const answer = await this.#link.ask({
        ask: 'fetch',
        url,
        method: request.method(),
        headers: request.headers(),
      })
      if (!answer.ok) await route.abort('failed')
      else await route.fulfill(fulfilment(answer.value))
    } catch (error) {
      // A page that is closed has no use for an answer.
      if (!this.#is_closed) this.#link.fault(error instanceof Error ? error.message : String(error))
    }
  }

  /** A development server: the app may change the headers of what it sends. */
  async #fromElsewhere(route: Route, url: string): Promise<void> {
    // Asked before, so that nothing else is ever reached.
    if ((await this.#headersFor(url, {})) === null) {
      this.#link.fault(`the page asked for ${url}, which is not of the app`)
      await route.abort('blockedbyclient')
      return
    }
    const response = await route.fetch({ maxRedirects: 0 })
    const headers = (await this.#headersFor(url, response.headers())) ?? {}
    await route.fulfill({ response, headers })
  }

  async #headersFor(url: string, headers: Record<string, string>): Promise<Record<string, string> | null> {
    const answer = await this.#link.ask({ ask: 'headers', url, headers })
    return z
      .record(z.string(), z.string())
      .nullable()
      .parse(answer.ok ? answer.value : null)
  }

  async #isRefused(request: Request, url: string): Promise<boolean> {
    if (!request.isNavigationRequest() || this.#own_loads > 0) return false
    const answer = await this.#link.ask({ ask: 'may-navigate', window_id: this.#id, url })
    return !answer.ok || answer.value !== true
  }

  /** Chromium has opened it already; in Electron `window.open` would have returned null. */
  async #onPopup(popup: Page): Promise<void> {
    const answer = await this.#link.ask({ ask: 'may-open', window_id: this.#id, url: popup.url() })
    if (answer.ok && answer.value === true) this.#link.fault('the stand-in cannot open windows for a page')
    await popup.close()
  }
}

function argsOf(text: string): readonly unknown[] {
  return z.array(z.unknown()).parse(codec.decode(text))
}

const responseSchema = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.instanceof(Uint8Array),
})

function fulfilment(value: unknown): { status: number; headers: Record<string, string>; body: Buffer } {
  const { status, headers, body } = responseSchema.parse(value)
  return { status, headers, body: Buffer.from(body) }
}
