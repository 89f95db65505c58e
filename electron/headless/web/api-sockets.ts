import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { FromOwner } from '../../../shared/api-protocol.ts'
import type { ApiServer } from '../../engine/api/api-connection.ts'

/** Enough for the largest text that may be pasted, however its characters are escaped. */
const MAX_MESSAGE_BYTES = 48 * 1_024 * 1_024
/** Pushes are given by credit, so only a reader that hangs with answers under way comes near this. */
const MAX_UNSENT_BYTES = 64 * 1_024 * 1_024
/** A tunnel that broke says nothing: whoever does not answer for so long is gone. */
const PING_EVERY_MS = 30_000

const CLOSE = { going_away: 1001, unsupported: 1003, not_json: 1007, protocol: 1008 } as const

/** The API over WebSockets: each message is one JSON text. Whoever gets here has been let in. */
export class ApiSockets {
  readonly #api: ApiServer
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  })
  readonly #silent = new WeakSet<WebSocket>()
  readonly #timer: NodeJS.Timeout
  #closed = false

  constructor(api: ApiServer) {
    this.#api = api
    this.#timer = setInterval(() => {
      this.#ping()
    }, PING_EVERY_MS)
    this.#timer.unref()
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#serve(webSocket)
    })
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    for (const client of this.#server.clients) {
      client.close(CLOSE.going_away, 'The host ends.')
      client.terminate()
    }
    this.#server.close()
  }

  #serve(webSocket: WebSocket): void {
    const peer = this.#api.connect({
      send: (message) => {
        send(webSocket, message)
      },
      close: () => {
        webSocket.close(CLOSE.protocol)
      },
      // It was let in by a session, and those last as long as the host does.
      isTrusted: () => !this.#closed,
      is_remote: true,
    })
    webSocket.on('message', (data, is_binary) => {
      if (is_binary) webSocket.close(CLOSE.unsupported)
      else receive(data, webSocket, peer.receive.bind(peer))
    })
    webSocket.on('pong', () => {
      this.#silent.delete(webSocket)
    })
    // Too long a message, or no UTF-8: `close` follows.
    webSocket.on('error', () => undefined)
    webSocket.once('close', () => {
      peer.closed()
    })
  }

  #ping(): void {
    for (const client of this.#server.clients) {
      if (this.#silent.has(client)) {
        client.terminate()
        continue
      }
      this.#silent.add(client)
      client.ping()
    }
  }
}

function send(webSocket: WebSocket, message: FromOwner): void {
  if (webSocket.readyState !== webSocket.OPEN) return
  webSocket.send(JSON.stringify(message))
  if (webSocket.bufferedAmount > MAX_UNSENT_BYTES) webSocket.terminate()
}

function receive(data: RawData, webSocket: WebSocket, take: (message: unknown) => void): void {
  let message: unknown
  try {
    message = JSON.parse(textOf(data))
  } catch {
    webSocket.close(CLOSE.not_json)
    return
  }
  take(message)
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString()
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString()
}
