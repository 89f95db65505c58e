import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { UtilityOptions } from '../../electron/main/utility-worker-process.ts'
import { utilityWorkerProcess } from '../../electron/main/utility-worker-process.ts'
import type { WorkerExit } from '../../electron/engine/worker-pool/worker-process.ts'
import { app } from '../electron-stand-in/app.ts'
import { utilityProcess } from '../electron-stand-in/utility-process.ts'
import { describeWorkerProcess } from './worker-process-contract.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/worker-process')
// The stand-in has what the adapter uses, and throws on all else.
const fork = utilityProcess.fork as unknown as UtilityOptions['fork']
const spawnOf = (entry: string) => utilityWorkerProcess({ entry, fork, app: app as never })

test('before Electron is ready no worker can be started, and that is an exit with its reason', async () => {
  const exit = Promise.withResolvers<WorkerExit>()
  const child = spawnOf(join(FIXTURES, 'echo.mjs'))({
    onMessage: () => undefined,
    onBadMessage: () => undefined,
    onOutput: () => undefined,
    onExit: exit.resolve,
  })
  expect(child.send({ type: 'shutdown' })).toBe(false)
  expect((await exit.promise).reason).toContain('could not be started')
  app.becomeReady()
})

describeWorkerProcess("Electron's utilityProcess (stand-in)", spawnOf)

test('a worker that somebody else killed did not end well, whatever code Electron reports', async () => {
  const exit = Promise.withResolvers<WorkerExit>()
  const ready = Promise.withResolvers<number>()
  spawnOf(join(FIXTURES, 'echo.mjs'))({
    onMessage: (message) => {
      if (message.type === 'ready') ready.resolve(message.pid)
    },
    onBadMessage: () => undefined,
    onOutput: () => undefined,
    onExit: exit.resolve,
  })
  process.kill(await ready.promise, 'SIGKILL')
  expect(await exit.promise).toMatchObject({ code: null, signal: 'SIGKILL' })
})
