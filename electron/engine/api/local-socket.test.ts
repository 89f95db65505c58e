import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { tempDir } from '../../../tests/fakes/temp-dir.ts'
import type { ApiServer } from './api-connection.ts'
import { openLocalSocket } from './local-socket.ts'
import type { SocketSystem } from './local-socket-place.ts'
import { newSocketAddress, notedSocketAddress } from './local-socket-place.ts'

const uid = process.getuid?.() ?? -1

function systemOf(runtime_dir: string | undefined, temp_dir = tempDir()): SocketSystem {
  return { platform: 'linux', runtime_dir, temp_dir, short_dir: '/nowhere', uid }
}

/** Answers each message with itself. */
const echo: ApiServer = {
  connect: (connection) => {
    connection.send({ type: 'hello', api_version: 1, version: '0' })
    return {
      receive: (message) => {
        connection.send({ type: 'answer', call_id: 1, ok: true, value: message })
      },
      closed: () => undefined,
    }
  },
}

test('the socket and its folder are this user’s alone, and its place is written down while it is there', async () => {
  const data_dir = tempDir()
  const socket = await openLocalSocket(data_dir, echo)
  onTestFinished(() => socket.close())
  expect(notedSocketAddress(data_dir)).toBe(socket.address)
  expect(statSync(socket.address).mode & 0o777).toBe(0o600)
  expect(statSync(dirname(socket.address)).mode & 0o777).toBe(0o700)
  await socket.close()
  expect([existsSync(socket.address), notedSocketAddress(data_dir)]).toEqual([false, null])
})

test('messages go as lines, whatever pieces they come in; what is no JSON ends the connection', async () => {
  const server = await openLocalSocket(tempDir(), echo)
  onTestFinished(() => server.close())
  const socket = createConnection(server.address)
  const lines = createInterface(socket)[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? 'null')
  expect(await next()).toMatchObject({ type: 'hello' })
  socket.write('{"a":')
  socket.write('"ä"}\n{"b":1}\n{"c"')
  expect(await next()).toMatchObject({ value: { a: 'ä' } })
  expect(await next()).toMatchObject({ value: { b: 1 } })
  socket.write('\n')
  await once(socket, 'close')
})

test('a socket that a dead owner left is replaced', async () => {
  const data_dir = tempDir()
  writeFileSync(newSocketAddress(data_dir), '')
  const server = await openLocalSocket(data_dir, echo)
  onTestFinished(() => server.close())
  await once(createConnection(server.address), 'connect')
})

test('closing cuts connections that are open', async () => {
  const server = await openLocalSocket(tempDir(), echo)
  const socket = createConnection(server.address)
  await once(socket, 'data')
  const closed = once(socket.resume(), 'close')
  await server.close()
  await closed
})

test('each data directory has its own place, by whatever path it is reached', () => {
  const system = systemOf(tempDir())
  const [one, other] = [tempDir(), tempDir()]
  const link = join(tempDir(), 'link')
  symlinkSync(one, link)
  expect(newSocketAddress(link, system)).toBe(newSocketAddress(one, system))
  expect(newSocketAddress(other, system)).not.toBe(newSocketAddress(one, system))
  expect(newSocketAddress(one, { ...system, platform: 'win32' })).toMatch(
    /^\\\\\.\\pipe\\jobyard-[0-9a-f-]+$/,
  )
})

test('a folder that is not there, too deep, open to others or a link is passed over', () => {
  const data_dir = tempDir()
  const temp_dir = tempDir()
  const fallback = join(temp_dir, `jobyard-${uid}`)
  const deep = join(tempDir(), 'x'.repeat(80))
  mkdirSync(deep)
  const open = tempDir()
  mkdirSync(join(open, 'jobyard'))
  chmodSync(join(open, 'jobyard'), 0o755)
  const linked = tempDir()
  symlinkSync(tempDir(), join(linked, 'jobyard'))
  for (const runtime_dir of [undefined, '', '/nowhere', deep, open, linked])
    expect(dirname(newSocketAddress(data_dir, systemOf(runtime_dir, temp_dir)))).toBe(fallback)
})

test('where there is no safe place there is no socket', () => {
  const open = tempDir()
  mkdirSync(join(open, 'jobyard'))
  chmodSync(join(open, 'jobyard'), 0o777)
  const system = { ...systemOf(open, '/nowhere'), uid: uid + 1 }
  expect(() => newSocketAddress(tempDir(), system)).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_PLATFORM' }) as Error,
  )
})
