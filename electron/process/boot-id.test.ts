import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { bootId } from './boot-id.ts'
import { readStartTime } from './start-time.ts'

test('the boot id is the same every time, and says something', () => {
  expect(bootId()).toBe(bootId())
  expect(bootId()).toMatch(/\S/)
})

test('a process has one start time as long as it lives, and none afterwards', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 60_000)'])
  const pid = child.pid ?? 0
  const start = readStartTime(pid)
  expect(start).toMatch(/\S/)
  expect(readStartTime(pid)).toBe(start)
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
  expect(readStartTime(pid)).not.toBe(start)
})
