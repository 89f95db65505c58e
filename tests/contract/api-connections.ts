import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ApiSubject } from './api-contract.ts'
import { SlowOwner } from './api-owner.ts'
import type { OpenedTransport } from './api-transport.ts'
import { WireClient } from './api-wire-client.ts'

export function describeConnections({ kind, owner }: ApiSubject): void {
  /** A host of its own, whose owner does not answer `jobs:count` before it is taken back. */
  const openSlow = async (): Promise<{ readonly slow: SlowOwner; readonly transport: OpenedTransport }> => {
    const { folder, owned } = owner()
    const slow = new SlowOwner(owned)
    const transport = await kind.open(mkdtempSync(join(folder, 'slow-')), slow)
    onTestFinished(() => transport.close())
    return { slow, transport }
  }
  const count = (client: WireClient, signal?: AbortSignal): Promise<unknown> =>
    client.api('jobs:count', { filter: {} }, signal)

  test('a call that is taken back is over at once, the owner is told, and the connection goes on', async () => {
    const { slow, transport } = await openSlow()
    const client = await WireClient.over(transport)
    const aborter = new AbortController()
    const call = count(client, aborter.signal)
    const other = count(client)
    other.catch(() => undefined)
    await slow.reaches(2, 0)
    aborter.abort()
    await expect(call).rejects.toMatchObject({ code: 'ABANDONED' })
    await slow.reaches(2, 1)
    expect(await client.api('settings:get', {})).toMatchObject({ notify_idle: true })
    expect(slow.taken_back).toBe(1)
  })

  test('who leaves with calls under way has taken them back, and others are answered as before', async () => {
    const { slow, transport } = await openSlow()
    const [client, other] = [await WireClient.over(transport), await WireClient.over(transport)]
    const calls = [count(client), count(client)].map((call) => call.catch((error: unknown) => error))
    await slow.reaches(2, 0)
    client.leave()
    await slow.reaches(2, 2)
    await client.until(() => client.is_closed, 'the end of the connection')
    expect(await Promise.all(calls)).toMatchObject([{ code: 'OWNER_LOST' }, { code: 'OWNER_LOST' }])
    expect(await other.api('settings:get', {})).toMatchObject({ notify_idle: true })
  })

  test('when the owner ends, what is outstanding is refused with a code, and so is what is asked later', async () => {
    const { slow, transport } = await openSlow()
    const client = await WireClient.over(transport)
    const call = count(client).catch((error: unknown) => error)
    await slow.reaches(1, 0)
    await transport.close()
    expect(await call).toMatchObject({ name: 'JobyardError', code: 'OWNER_LOST' })
    await expect(client.api('settings:get', {})).rejects.toMatchObject({ code: 'OWNER_LOST' })
    await slow.reaches(1, 1)
  })

  test.each([
    ['no message of the protocol', { type: 'nonsense' }],
    ['more than the protocol says', { type: 'watch', more: 1 }],
    ['a number that is none', { type: 'ack', seq: 'one' }],
  ])('%s ends the connection, and only that one', async (_what, message) => {
    const { transport } = owner()
    const [client, other] = [await WireClient.over(transport), await WireClient.over(transport)]
    client.say(message)
    await client.until(() => client.is_closed, 'the end of the connection')
    expect(await other.api('jobs:rows', { ids: [] })).toEqual([])
  })
}
