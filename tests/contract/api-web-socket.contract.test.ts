import { once } from 'node:events'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { Uploads } from '../../electron/headless/web/uploads.ts'
import { openWebHost } from '../../electron/headless/web/web-host.ts'
import { isFromOwner } from '../../shared/api-protocol.ts'
import { WebClient } from '../integration/web-client.ts'
import { describeApi } from './api-contract.ts'
import type { ApiTransport, ClientWire, WireEvents } from './api-transport.ts'

/** What a page of the host has, once it was opened by its link. */
async function connect(link: string, events: WireEvents): Promise<ClientWire> {
  const client = new WebClient(link)
  await client.login()
  // Not `client.open()`: the first message can come with the answer that opens it.
  const { origin, cookie } = client
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api`, { headers: { cookie }, origin })
  socket.on('message', (data) => {
    const message: unknown = Buffer.isBuffer(data) ? JSON.parse(data.toString()) : null
    if (!isFromOwner(message)) throw new Error('This is no message of an owner.')
    events.message(message)
  })
  socket.once('close', () => {
    events.closed()
  })
  await once(socket, 'open')
  return {
    send: (message) => {
      socket.send(JSON.stringify(message))
    },
    pause: () => {
      socket.pause()
    },
    resume: () => {
      socket.resume()
    },
    close: () => {
      socket.close()
    },
  }
}

const web: ApiTransport = {
  name: 'a WebSocket, for a browser',
  is_remote: true,
  open: async (folder, api) => {
    const host = await openWebHost({
      ...{ host: '127.0.0.1', port: 0, tls: null, renderer_dir: folder, secret: 'x', api },
      uploads: new Uploads(join(folder, 'uploads')),
    })
    return { connect: (events) => connect(host.url, events), close: () => host.close() }
  },
}

describeApi(web)
