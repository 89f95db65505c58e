import { expect, test } from 'vitest'
import { API_VERSION } from '../../shared/api-protocol.ts'
import type { ApiSubject } from './api-contract.ts'
import { WireClient } from './api-wire-client.ts'

export function describeCalls({ owner }: ApiSubject): void {
  test('the owner says first which protocol it speaks, and answers each call with its result', async () => {
    const { transport } = owner()
    const client = await WireClient.over(transport)
    const { submission_id, first_id } = await owner().submitHeld(['one', 'two'])
    const [pool, counted, shown, none] = await Promise.all([
      client.api('pool:set-concurrency', { concurrency: 2 }),
      client.api('jobs:count', { filter: { submission_id } }),
      client.api('job:show', { job_id: first_id }),
      client.api('job:show', { job_id: 999_999 }),
    ])
    expect(client.received[0]).toEqual({ type: 'hello', api_version: API_VERSION, version: '0.0.0-test' })
    expect(pool).toEqual({ state: 'running', concurrency: 2, active: 0 })
    expect(counted).toEqual({ count: 2, more: false })
    expect(shown).toMatchObject({ job: { id: first_id, name: 'one', state: 'held' }, wait_reason: 'held' })
    expect(none).toBeNull()
  })

  test('a large answer arrives whole, whatever its characters are', async () => {
    const { transport } = owner()
    const client = await WireClient.over(transport)
    const names = Array.from({ length: 500 }, (_none, n) => `${n} ä\u2028"\\😀 ${'x'.repeat(150)}`)
    const { submission_id } = await owner().submitHeld(names)
    const page = await client.api('jobs:list', { filter: { submission_id }, order: 'oldest', limit: 500 })
    expect(page.jobs.map(({ job }) => job.name)).toEqual(names)
  })

  test('a call that fails is refused with the code, the sentence and the details of the owner', async () => {
    const { transport } = owner()
    const { api } = await WireClient.over(transport)
    await expect(api('jobs:undo', { action_ids: [99] })).rejects.toMatchObject({
      name: 'JobyardError',
      code: 'ACTION_NOT_FOUND',
      message: expect.stringMatching(/^\S.*\.$/) as string,
    })
  })

  test.each([
    ['pool:set-concurrency', { concurrency: 0 }, / at concurrency: /],
    ['jobs:rows', { ids: [1, 'two'] }, / at ids\.1: /],
    ['jobs:list', { filter: {}, order: 'run', limit: 10, more: 1 }, /more/],
    ['settings:get', null, /^settings:get was called wrongly/],
  ])('%s with %j is refused with the place of what is wrong', async (name, input, message) => {
    const { transport } = owner()
    const client = await WireClient.over(transport)
    client.say({ type: 'call', call_id: 7, name, input })
    await client.until(() => client.received.length === 2, 'an answer')
    expect(client.received[1]).toEqual({
      ...{ type: 'answer', call_id: 7, ok: false },
      error: { code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) as string },
    })
  })

  test.each(['jobs:explode', 'toString', ''])('there is no endpoint "%s"', async (name) => {
    const { transport } = owner()
    const client = await WireClient.over(transport)
    client.say({ type: 'call', call_id: 1, name, input: {} })
    await client.until(() => client.received.length === 2, 'an answer')
    expect(client.received[1]).toMatchObject({ ok: false, error: { code: 'UNKNOWN_ENDPOINT' } })
  })
}
