import { EventEmitter } from 'node:events'
import type { IpcMainEvent, MessageChannelMain } from 'electron'
import { expect, test } from 'vitest'
import type { ApiConnection } from '../engine/api/api-connection.ts'
import { PageConnections } from './page-connections.ts'

const OWN_URL = 'app://bundle/index.html'

/** A page that asks, and what becomes of it. */
function setUp() {
  const diary: string[] = []
  const opened: ApiConnection[] = []
  const ports: EventEmitter[] = []
  const connections = new PageConnections({
    ownUrl: OWN_URL,
    server: {
      connect: (connection) => {
        opened.push(connection)
        return {
          receive: (message) => diary.push(`received ${String(message)}`),
          closed: () => diary.push('closed'),
        }
      },
    },
    createChannel: () => {
      const port = Object.assign(new EventEmitter(), {
        start: () => undefined,
        close: () => undefined,
        postMessage: (message: unknown) => diary.push(`sent ${String(message)}`),
      })
      ports.push(port)
      return { port1: port, port2: 'port 2' } as unknown as MessageChannelMain
    },
  })
  const sender = Object.assign(new EventEmitter(), { id: 1 })
  const frame = {
    parent: null,
    url: OWN_URL,
    detached: false,
    isDestroyed: () => false,
    postMessage: (channel: string, _message: unknown, [port]: string[]) =>
      diary.push(`${channel} ${port ?? ''}`),
  }
  const ask = (changes: object = {}): void => {
    connections.connect({ sender, senderFrame: Object.assign(frame, changes) } as unknown as IpcMainEvent)
  }
  return { diary, opened, ports, connections, sender, frame, ask }
}

test('a page of ours gets a port, and what it sends is received', () => {
  const { diary, ports, opened, ask } = setUp()
  ask()
  ports[0]?.emit('message', { data: 'hello' })
  opened[0]?.send('answer' as never)
  expect(diary).toEqual(['jobyard:port port 2', 'received hello', 'sent answer'])
  expect(opened[0]?.is_remote).toBe(false)
})

test('others get none', () => {
  const { diary, ask } = setUp()
  ask({ url: 'https://example.org/' })
  expect(diary).toEqual([])
})

test('a page that has gone elsewhere is trusted no more', () => {
  const { opened, frame, ask } = setUp()
  ask()
  expect(opened[0]?.isTrusted()).toBe(true)
  frame.url = 'https://example.org/'
  expect(opened[0]?.isTrusted()).toBe(false)
})

test.each(['render-process-gone', 'destroyed'])(
  '%s ends the connection once, and nothing is sent after it',
  (event) => {
    const { diary, ports, opened, sender, ask } = setUp()
    ask()
    sender.emit(event)
    ports[0]?.emit('close')
    opened[0]?.send('late' as never)
    ports[0]?.emit('message', { data: 'late' })
    expect(diary).toEqual(['jobyard:port port 2', 'closed'])
    expect(sender.eventNames()).toEqual([])
  },
)

test('asked again, the page has the new connection only', () => {
  const { diary, ask } = setUp()
  ask()
  ask()
  expect(diary).toEqual(['jobyard:port port 2', 'closed', 'jobyard:port port 2'])
})

test('when the app closes all are ended, and nobody gets another', () => {
  const { diary, connections, ask } = setUp()
  ask()
  connections.closeAll()
  ask()
  expect(diary).toEqual(['jobyard:port port 2', 'closed'])
})
