import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { API_VERSION } from '../../shared/api-protocol.ts'
import { tempDir } from '../../tests/fakes/temp-dir.ts'
import type { LocalSocket } from '../engine/api/local-socket.ts'
import { openLocalSocket } from '../engine/api/local-socket.ts'
import { noteSocketAddress } from '../engine/api/local-socket-place.ts'
import type { OwnerClient } from './owner-client.ts'
import { reachOwner } from './owner-client.ts'

/** An owner that says hello and answers nothing. */
async function openSilentOwner(data_dir: string, api_version = API_VERSION): Promise<LocalSocket> {
  const socket = await openLocalSocket(data_dir, {
    connect: (connection) => {
      connection.send({ type: 'hello', api_version, version: '9.9.9' })
      return { receive: () => undefined, closed: () => undefined }
    },
  })
  onTestFinished(() => socket.close())
  return socket
}

async function reached(data_dir: string): Promise<OwnerClient> {
  const client = await reachOwner(data_dir)
  if (client === null) throw new Error('Nobody listens.')
  onTestFinished(() => {
    client.close()
  })
  return client
}

test('where nobody listens nobody is reached, whatever a dead owner has left', async () => {
  const data_dir = tempDir()
  expect(await reachOwner(data_dir)).toBeNull()
  noteSocketAddress(data_dir, join(data_dir, 'gone.sock'))
  expect(await reachOwner(data_dir)).toBeNull()
})

test('an owner of another version is named, and not talked to', async () => {
  const data_dir = tempDir()
  await openSilentOwner(data_dir, API_VERSION + 1)
  await expect(reachOwner(data_dir)).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: expect.stringContaining('9.9.9') as string,
  })
})

test('when the owner goes, whoever waits is told, and whoever asks later', async () => {
  const data_dir = tempDir()
  const owner = await openSilentOwner(data_dir)
  const client = await reached(data_dir)
  const waiting = [client.api('settings:get', {}), client.yard(), client.news()]
  const told = Promise.allSettled(waiting)
  await owner.close()
  for (const result of await told) expect(result).toMatchObject({ reason: { code: 'OWNER_LOST' } })
  await expect(client.api('settings:get', {})).rejects.toMatchObject({ code: 'OWNER_LOST' })
  await expect(client.news()).rejects.toMatchObject({ code: 'OWNER_LOST' })
})
