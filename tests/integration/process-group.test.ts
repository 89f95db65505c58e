import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, test } from 'vitest'
import { ProcessTree, endTree } from '../../electron/process/process-group.ts'
import { findProcess } from '../../electron/process/process-list.ts'
import { ATTEMPT_VARIABLE } from '../../electron/process/process-tree.ts'
import { readStartTime } from '../../electron/process/start-time.ts'
import { eventually, isAlive } from './worker-harness.ts'

const started: number[] = []

afterEach(() => {
  for (const pid of started.splice(0)) {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // Gone, as it should be.
    }
  }
})

/** Starts a shell in a group of its own and reads the pids it prints. */
async function tree(
  script: string,
  count: number,
  mark = 'none',
): Promise<{ pid: number; start: string; pids: number[] }> {
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [ATTEMPT_VARIABLE]: mark },
  })
  const pid = child.pid ?? 0
  started.push(pid)
  const pids: number[] = []
  for await (const line of createInterface({ input: child.stdout }))
    if (pids.push(Number(line)) === count) break
  child.stdout.destroy()
  child.unref()
  return { pid, start: readStartTime(pid) ?? '', pids }
}

const BUSY = 'while :; do sleep 0.02; done'

describe('endTree', () => {
  test('ends a tree that nobody watches: signal first, SIGKILL after the grace', async () => {
    const { pid, start, pids } = await tree(
      `sh -c 'echo $$; ${BUSY}' & sh -c 'trap "" TERM; echo $$; ${BUSY}' & wait`,
      2,
    )
    expect(await endTree({ pid, start }, { signal: 'SIGTERM', grace_ms: 100 })).toEqual([])
    expect([pid, ...pids].filter(isAlive)).toEqual([])
  })

  test('does not touch a process that has the number of the head but another start time', async () => {
    const { pid, pids } = await tree(`sh -c 'echo $$; ${BUSY}' & wait`, 1)
    expect(await endTree({ pid, start: 'another' }, { signal: 'SIGKILL', grace_ms: 0 })).toEqual([])
    expect([pid, ...pids].map(isAlive)).toEqual([true, true])
  })

  test('does nothing where nobody is left', async () => {
    const { pid, start } = await tree('echo 0', 1)
    await eventually(() => !isAlive(pid), 'its end')
    expect(await endTree({ pid, start }, { signal: 'SIGTERM', grace_ms: 60_000 })).toEqual([])
  })

  test('keeps killing while the tree keeps forking', async () => {
    const bomb = `trap '' TERM; f() { while :; do (sleep 0.05) & sleep 0.005; done; }; f & f & echo $$; f`
    const { pid, start } = await tree(bomb, 1)
    expect(await endTree({ pid, start }, { signal: 'SIGTERM', grace_ms: 50 })).toEqual([])
    const left = new ProcessTree({ head: { pid, start, own_child: true }, mark: null })
    expect(left.signal('SIGCONT')).toEqual([])
  })
})

if (process.platform === 'linux') {
  describe('marked processes', () => {
    test('are found when the head is gone and they have left the group', async () => {
      const mark = `mark-${process.pid}:1`
      const { pid, start, pids } = await tree(
        `setsid sh -c 'echo $$; ${BUSY}' & sh -c 'echo $$; ${BUSY}' & sleep 0.1`,
        2,
        mark,
      )
      // Also as a zombie it would vouch for its group.
      await eventually(() => findProcess(pid) === null, 'the end of the head')
      // Without the mark nothing tells that the group is still the same.
      await endTree({ pid, start }, { signal: 'SIGKILL', grace_ms: 0 })
      expect(pids.map(isAlive)).toEqual([true, true])
      expect(await endTree({ pid, start }, { signal: 'SIGKILL', grace_ms: 0 }, mark)).toEqual([])
      expect(pids.map(isAlive)).toEqual([false, false])
    })

    test('of another attempt are left alone, also where the number begins alike', async () => {
      const mark = `mark-${process.pid}:12`
      const { pids } = await tree(`sh -c 'echo $$; ${BUSY}' & wait`, 1, mark)
      expect(await new ProcessTree({ head: null, mark: `mark-${process.pid}:1` }).kill()).toEqual([])
      expect(await new ProcessTree({ head: null, mark: `ark-${process.pid}:12` }).kill()).toEqual([])
      expect(pids.map(isAlive)).toEqual([true])
      expect(await new ProcessTree({ head: null, mark }).kill()).toEqual([])
      expect(pids.map(isAlive)).toEqual([false])
    })
  })
}
