import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { parseProcUsage, parsePsUsage, processUsage } from './process-usage.ts'

test('a line of /proc is read, whatever the program is called', () => {
  const rest = '1 7 7 0 -1 4194560 100 200 0 0 11 22 33 44 20 0 5 0 123456 999999 250 18446744073709551615 1'
  expect(parseProcUsage(`42 (a ) S 9 (b) R ${rest}`, 4_096)).toEqual({
    ...{ pid: 42, ppid: 1, cpu_ms: 1_100, memory_bytes: 250 * 4_096 },
  })
  expect(parseProcUsage('', 4_096)).toBeNull()
})

test('the output of ps is read: minutes, hours and days', () => {
  const text = ' 42     1  1024   0:01.25\n  43    42  2048 1:02:03\n 44 42 0 2-01:00:00\nnonsense\n'
  expect(parsePsUsage(text)).toEqual([
    { pid: 42, ppid: 1, cpu_ms: 1_250, memory_bytes: 1_024 * 1_024 },
    { pid: 43, ppid: 42, cpu_ms: 3_723_000, memory_bytes: 2_048 * 1_024 },
    { pid: 44, ppid: 42, cpu_ms: 176_400_000, memory_bytes: 0 },
  ])
})

if (process.platform !== 'win32') {
  test('a process is told with what it has started, and one that is not there is left out', async () => {
    // The grandchild takes 150 MB and some time of a processor, then tells.
    const heavy = `const block = Buffer.alloc(150e6, 1); const end = process.cpuUsage().user + 300e3
      while (process.cpuUsage().user < end) block.reverse(); console.log('ready'); process.stdin.resume()`
    const light = `require('child_process').spawn(process.execPath, ['-e', process.argv[1]], { stdio: 'inherit' })`
    const child = spawn(process.execPath, ['-e', light, heavy], { stdio: ['pipe', 'pipe', 'inherit'] })
    const gone = once(child, 'exit')
    onTestFinished(async () => {
      child.stdin.end()
      await gone
    })
    await once(child.stdout, 'data')
    const pid = child.pid ?? 0
    const [first, ...others] = await processUsage([pid, 2 ** 30])
    expect(others).toEqual([])
    expect(first?.pid).toBe(pid)
    expect(first?.cpu_ms).toBeGreaterThanOrEqual(290)
    expect(first?.memory_bytes).toBeGreaterThan(150e6)
    expect(first?.memory_bytes).toBeLessThan(2e9)
    expect(await processUsage([])).toEqual([])
  })
}
