import { once } from 'node:events'
import { createConnection } from 'node:net'
import { openLocalSocket } from '../../electron/engine/api/local-socket.ts'
import { notedSocketAddress } from '../../electron/engine/api/local-socket-place.ts'
import { readLines, sendLine } from '../../electron/engine/api/message-lines.ts'
import { isFromOwner } from '../../shared/api-protocol.ts'
import { describeApi } from './api-contract.ts'
import type { ApiTransport, ClientWire, WireEvents } from './api-transport.ts'

/** As the command line finds its owner: by what stands in the data directory. */
async function connect(data_dir: string, events: WireEvents): Promise<ClientWire> {
  const address = notedSocketAddress(data_dir)
  if (address === null) throw new Error(`Nobody listens for ${data_dir}.`)
  const socket = createConnection(address)
  readLines(socket, (message) => {
    if (!isFromOwner(message)) throw new Error('This is no message of an owner.')
    events.message(message)
  })
  // `close` follows.
  socket.on('error', () => undefined)
  socket.once('close', () => {
    events.closed()
  })
  await once(socket, 'connect')
  return {
    send: (message) => {
      sendLine(socket, message)
    },
    pause: () => {
      socket.pause()
    },
    resume: () => {
      socket.resume()
    },
    close: () => {
      socket.destroy()
    },
  }
}

const local: ApiTransport = {
  name: 'the local socket, for the command line',
  is_remote: false,
  open: async (folder, api) => {
    const socket = await openLocalSocket(folder, api)
    return { connect: (events) => connect(folder, events), close: () => socket.close() }
  },
}

describeApi(local)
