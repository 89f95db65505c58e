import { WebSocket } from 'ws'
import type { PushListener } from '../../../shared/api-client.ts'
import { ApiConnection } from '../../../shared/api-client.ts'
import type { FromOwner } from '../../../shared/api-protocol.ts'
import type { DropSource } from '../../../shared/drop.ts'
import type { Submitted } from '../../../shared/drop.ts'

/** A program's own connection to `jobyard serve`, by the link it printed: what a page has, without the page. */
export interface ServeApi {
  readonly connection: ApiConnection
  /** Stops reading: pushes are acknowledged no more. */
  pause(): void
  resume(): void
  close(): void
}

const NOBODY: PushListener = {
  onSnapshot: () => undefined,
  onDelta: () => undefined,
  onJobNews: () => undefined,
}

export async function openServeApi(link: string, listener: PushListener = NOBODY): Promise<ServeApi> {
  const { origin, hash } = new URL(link)
  const answer = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token: decodeURIComponent(hash.replace('#token=', '')) }),
  })
  const cookie = answer.headers.get('set-cookie')?.split(';')[0]
  if (!answer.ok || cookie === undefined) throw new Error(`There is no session: ${String(answer.status)}`)
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api`, { headers: { cookie, origin } })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => {
      resolve()
    })
    socket.once('error', reject)
  })
  const connection = new ApiConnection(
    {
      send: (message) => {
        socket.send(JSON.stringify(message))
      },
    },
    listener,
  )
  socket.on('message', (data) => {
    if (Buffer.isBuffer(data)) connection.receive(JSON.parse(data.toString()) as FromOwner)
  })
  socket.on('close', () => {
    connection.lost({ code: 'OWNER_LOST', message: 'The connection is lost.' })
  })
  return {
    connection,
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

/** Queues everything of a drop, as a person would who trusts its folders. */
export async function queueDrop(connection: ApiConnection, source: DropSource): Promise<Submitted> {
  const preview = await connection.call('drop:preview', { source, recursive: false })
  return connection.call('drop:submit', { drop_id: preview.drop_id, skip_bad: true, trust: true })
}
