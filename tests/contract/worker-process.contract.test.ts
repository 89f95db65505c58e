import { expect, test } from 'vitest'
import { forkWorkerProcess } from '../../electron/engine/worker-pool/fork-worker-process.ts'
import type { WorkerExit } from '../../electron/engine/worker-pool/worker-process.ts'
import { describeWorkerProcess } from './worker-process-contract.ts'

describeWorkerProcess('child_process.fork', (entry) => forkWorkerProcess({ entry }))

test('a program that cannot be started is an exit with its reason, told after the spawn call', async () => {
  const exit = Promise.withResolvers<WorkerExit>()
  const spawn = forkWorkerProcess({ entry: import.meta.filename, execPath: '/no/such/node' })
  const child = spawn({
    onMessage: () => undefined,
    onBadMessage: () => undefined,
    onOutput: () => undefined,
    onExit: exit.resolve,
  })
  expect(child.pid).toBeUndefined()
  expect(child.send({ type: 'shutdown' })).toBe(false)
  child.kill()
  expect((await exit.promise).reason).toContain('could not be started')
})
