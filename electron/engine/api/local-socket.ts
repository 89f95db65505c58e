import { chmodSync, rmSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { ApiServer } from './api-connection.ts'
import { forgetSocketAddress, newSocketAddress, noteSocketAddress } from './local-socket-place.ts'
import { readLines, sendLine } from './message-lines.ts'

const SOCKET_MODE = 0o600
/** What was answered last is still sent, to whoever takes it. */
const LAST_WORDS_MS = 1_000

export interface LocalSocket {
  readonly address: string
  /** Connections are cut. */
  close(): Promise<void>
}

/**
 * Lets programs of this user reach the owner of a data directory: the API, one message a line. To be called by the owner
 * only, which is why a socket that is there already is one that a dead owner left.
 * @throws JobyardError UNSUPPORTED_PLATFORM, or the system's error
 */
export async function openLocalSocket(data_dir: string, api: ApiServer): Promise<LocalSocket> {
  const address = newSocketAddress(data_dir)
  const is_file = process.platform !== 'win32'
  if (is_file) rmSync(address, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    connect(socket, api)
  })
  await listen(server, address)
  if (is_file) chmodSync(address, SOCKET_MODE)
  noteSocketAddress(data_dir, address)
  return {
    address,
    close: () => {
      forgetSocketAddress(data_dir)
      return new Promise((resolve) => {
        // Takes the file away, too.
        server.close(() => {
          resolve()
        })
        for (const socket of sockets) socket.destroySoon()
        setTimeout(() => {
          for (const socket of sockets) socket.destroy()
        }, LAST_WORDS_MS).unref()
      })
    },
  }
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function connect(socket: Socket, api: ApiServer): void {
  const peer = api.connect({
    send: (message) => {
      sendLine(socket, message)
    },
    close: () => {
      socket.destroySoon()
    },
    // Nobody but this user, who may do everything anyway, gets to the socket.
    isTrusted: () => true,
    is_remote: false,
  })
  readLines(socket, (message) => {
    peer.receive(message)
  })
  // `close` follows.
  socket.on('error', () => undefined)
  socket.once('close', () => {
    peer.closed()
  })
}
