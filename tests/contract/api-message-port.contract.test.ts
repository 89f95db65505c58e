import { EventEmitter } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { MessageChannel } from 'node:worker_threads'
import type { IpcMainEvent, MessageChannelMain } from 'electron'
import { expect, onTestFinished, test } from 'vitest'
import type { ApiServer } from '../../electron/engine/api/api-connection.ts'
import { PageConnections } from '../../electron/main/page-connections.ts'
import { isFromOwner } from '../../shared/api-protocol.ts'
import { describeApi } from './api-contract.ts'
import { SlowOwner } from './api-owner.ts'
import type { ApiTransport, ClientWire, OpenedTransport, WireEvents } from './api-transport.ts'
import { WireClient } from './api-wire-client.ts'

const OWN_URL = 'app://bundle/index.html'

/** Electron's face of a port of Node: an emitter of events with `data`, and nothing comes before `start`. */
class PortOfMain extends EventEmitter {
  readonly #port: MessagePort

  constructor(port: MessagePort) {
    super()
    this.#port = port
    port.on('close', () => this.emit('close'))
  }

  start(): void {
    this.#port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }))
  }

  postMessage(message: unknown): void {
    this.#port.postMessage(message)
  }

  close(): void {
    this.#port.close()
  }
}

/** A page as the main process sees it: it asks for a port, and is sent one. */
class Page {
  static #last_id = 0
  readonly frame = {
    ...{ parent: null, url: OWN_URL, detached: false, isDestroyed: () => false },
    postMessage: (_channel: string, _message: unknown, [port]: readonly MessagePort[]) => {
      if (port !== undefined) this.#port.resolve(port)
    },
  }
  readonly #sender: EventEmitter & { readonly id: number }
  readonly #port = Promise.withResolvers<MessagePort>()

  constructor() {
    Page.#last_id += 1
    this.#sender = Object.assign(new EventEmitter(), { id: Page.#last_id })
  }

  ask(connections: PageConnections): Promise<MessagePort> {
    connections.connect({ sender: this.#sender, senderFrame: this.frame } as unknown as IpcMainEvent)
    return this.#port.promise
  }

  crash(): void {
    this.#sender.emit('render-process-gone')
  }
}

/** The page's end, as the renderer uses it. */
function wireOf(port: MessagePort, events: WireEvents): ClientWire {
  let kept: unknown[] | null = null
  const take = (data: unknown): void => {
    if (kept !== null) kept.push(data)
    else if (isFromOwner(data)) events.message(data)
    else throw new Error(`This is no message of an owner: ${JSON.stringify(data)}`)
  }
  port.on('message', take)
  port.on('close', () => {
    events.closed()
  })
  return {
    send: (message) => {
      port.postMessage(message)
    },
    pause: () => (kept ??= []),
    resume: () => {
      const waiting = kept ?? []
      kept = null
      for (const data of waiting) take(data)
    },
    close: () => {
      port.close()
    },
  }
}

interface OpenedPages extends OpenedTransport {
  readonly connectPage: (page: Page, events: WireEvents) => Promise<ClientWire>
}

function openPages(server: ApiServer): OpenedPages {
  const connections = new PageConnections({
    server,
    ownUrl: OWN_URL,
    createChannel: () => {
      const { port1, port2 } = new MessageChannel()
      return { port1: new PortOfMain(port1), port2 } as unknown as MessageChannelMain
    },
  })
  const connectPage = async (page: Page, events: WireEvents): Promise<ClientWire> =>
    wireOf(await page.ask(connections), events)
  return {
    connectPage,
    connect: (events) => connectPage(new Page(), events),
    close: () => {
      connections.closeAll()
      return Promise.resolve()
    },
  }
}

const pages: ApiTransport = {
  name: 'a MessagePort, for a window',
  is_remote: false,
  open: (_folder, api) => Promise.resolve(openPages(api)),
}

async function openPage(api: ApiServer): Promise<{ readonly page: Page; readonly client: WireClient }> {
  const opened = openPages(api)
  onTestFinished(() => opened.close())
  const page = new Page()
  const client = new WireClient()
  client.attach(await opened.connectPage(page, client.events))
  return { page, client }
}

describeApi(pages, ({ owner }) => {
  test('a page that shows another address than ours may ask for nothing any more', async () => {
    const { page, client } = await openPage(new SlowOwner(owner().owned))
    await client.api('settings:get', {})
    page.frame.url = 'https://example.org/'
    await expect(client.api('settings:get', {})).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
    client.connection.watch()
    await client.until(() => client.is_closed, 'the end of the connection')
    expect(client.snapshot).toBeNull()
  })

  test('what a page has asked for is taken back when its process dies', async () => {
    const slow = new SlowOwner(owner().owned)
    const { page, client } = await openPage(slow)
    const call = client.api('jobs:count', { filter: {} }).catch((error: unknown) => error)
    await slow.reaches(1, 0)
    page.crash()
    await slow.reaches(1, 1)
    expect(await call).toMatchObject({ code: 'OWNER_LOST' })
  })
})
