import { expect, test } from 'vitest'
import { WORKER_EXIT_CODES } from '../../shared/worker-protocol.ts'
import { describeExit } from './utility-worker-process.ts'

test('a kill of ours is one, though Electron reports code 0', () => {
  expect(describeExit(0, { reason: 'killed', exitCode: 0 }, true)).toMatchObject({
    code: null,
    signal: 'SIGKILL',
  })
})

test('a process that another one killed did not end well, though Electron may report code 0', () => {
  expect(describeExit(0, { reason: 'killed', exitCode: 9 }, false, 'linux')).toMatchObject({
    code: null,
    signal: 'SIGKILL',
  })
  expect(describeExit(1, { reason: 'killed', exitCode: 1 }, false, 'win32')).toMatchObject({
    code: 1,
    signal: null,
  })
})

test('a crash is told with the number by which it can be looked up', () => {
  expect(describeExit(0xc0000005, { reason: 'crashed', exitCode: 0xc0000005 }, false).reason).toContain(
    '0xC0000005',
  )
})

test('a worker that stopped a module job by ending itself is known by its code, with and without a word of Electron', () => {
  const code = WORKER_EXIT_CODES.stopped_module
  expect(describeExit(code, null, false).stopped).toBe(true)
  expect(describeExit(code, { reason: 'abnormal-exit', exitCode: code }, false).stopped).toBe(true)
})

test('a crash whose code is that of a stopped module is a crash', () => {
  const exitCode = WORKER_EXIT_CODES.stopped_module
  expect(describeExit(exitCode, { reason: 'crashed', exitCode }, false).stopped).toBe(false)
})
