import type { IpcMainInvokeEvent } from 'electron'
import { expect, test } from 'vitest'
import { JobyardError } from '../../shared/errors.ts'
import { registerPageVerbs } from './page-verbs.ts'

const OWN_URL = 'app://bundle/index.html'
const ownFrame = { parent: null, url: OWN_URL, detached: false, isDestroyed: () => false }

type Handler = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown

function setUp() {
  const handlers = new Map<string, Handler>()
  registerPageVerbs(
    { handle: (channel: string, handler: Handler) => handlers.set(channel, handler) },
    {
      'jobyard:pick-files': () => ['/a'],
      'jobyard:take-files': () => {
        throw new JobyardError('INTERNAL', 'planted')
      },
      'jobyard:can-update': () => false,
      'jobyard:save-text': ({ name }) => `/saved/${name}`,
    },
    OWN_URL,
  )
  return (channel: string, input: unknown, senderFrame: unknown = ownFrame) =>
    handlers.get(channel)?.({ senderFrame } as IpcMainInvokeEvent, input)
}

test('our page is answered', async () => {
  const ask = setUp()
  expect(await ask('jobyard:pick-files', undefined)).toEqual({ ok: true, value: ['/a'] })
  expect(await ask('jobyard:save-text', { name: 'x', text: '' })).toEqual({ ok: true, value: '/saved/x' })
})

test('others are not', async () => {
  const ask = setUp()
  for (const frame of [
    null,
    { ...ownFrame, url: 'https://example.org/' },
    { ...ownFrame, parent: ownFrame },
  ]) {
    expect(await ask('jobyard:pick-files', undefined, frame)).toMatchObject({
      ok: false,
      code: 'NOT_ALLOWED',
    })
  }
})

test('what is asked is checked, and an error keeps its code', async () => {
  const ask = setUp()
  expect(await ask('jobyard:pick-files', 1)).toMatchObject({ ok: false, code: 'INVALID_ARGUMENT' })
  expect(await ask('jobyard:save-text', { name: '' })).toMatchObject({ ok: false })
  expect(await ask('jobyard:take-files', undefined)).toEqual({
    ok: false,
    code: 'INTERNAL',
    message: 'planted',
  })
})
