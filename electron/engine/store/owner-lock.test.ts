import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dataPaths, prepareDataDir } from './data-dir.ts'
import { acquireOwnerLock, readOwner } from './owner-lock.ts'

const OWNER_CHILD = resolve(import.meta.dirname, '../../../tests/fixtures/owner-child.ts')

interface Answer {
  readonly won: boolean
  readonly code?: string
  readonly details?: { readonly pid: number | null }
}

let dir = ''
const children: ChildProcess[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jobyard-lock-'))
  prepareDataDir(dir)
})

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  rmSync(dir, { recursive: true, force: true })
})

async function startChild(): Promise<ChildProcess> {
  const child = fork(OWNER_CHILD, [dir])
  children.push(child)
  await once(child, 'message')
  return child
}

async function ask(child: ChildProcess, what: 'acquire' | 'release'): Promise<Answer> {
  const answer = once(child, 'message')
  child.send(what)
  const [message] = (await answer) as [Answer]
  return message
}

async function startOwner(): Promise<ChildProcess> {
  const child = await startChild()
  expect(await ask(child, 'acquire')).toEqual({ won: true })
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

const ownedBy = (pid: number | null): unknown =>
  expect.objectContaining({ code: 'DATA_DIR_OWNED', details: expect.objectContaining({ pid }) as unknown })

describe('one owner for each data directory', () => {
  test('a second owner is told who the first is, and gets the directory when that lets go', async () => {
    const first = await startOwner()
    expect(readOwner(dir)).toEqual({
      pid: first.pid,
      started_ms: expect.any(Number) as number,
      host: 'serve',
      version: '1.2.3',
    })
    expect(() => acquireOwnerLock(dir, 'cli')).toThrow(ownedBy(first.pid ?? -1))
    expect(() => acquireOwnerLock(dir, 'cli')).toThrow(`process ${first.pid ?? -1} (the web host`)
    await ask(first, 'release')
    expect(readOwner(dir)).toBeNull()
    const lock = acquireOwnerLock(dir, 'cli')
    expect(readOwner(dir)).toMatchObject({ pid: process.pid, host: 'cli', version: null })
    const answer = await ask(first, 'acquire')
    expect(answer).toMatchObject({
      won: false,
      code: 'DATA_DIR_OWNED',
      details: { pid: process.pid, host: 'cli' },
    })
    lock.release()
    expect(await ask(first, 'acquire')).toEqual({ won: true })
  })

  test('an owner that is killed leaves nothing that is in the way', async () => {
    const first = await startOwner()
    await kill(first)
    expect(existsSync(dataPaths(dir).owner)).toBe(true)
    expect(readOwner(dir)).toBeNull()
    const lock = acquireOwnerLock(dir, 'app')
    expect(readOwner(dir)).toMatchObject({ pid: process.pid, host: 'app' })
    lock.release()
    expect(readdirSync(dir).sort()).toEqual([
      'logs',
      'owner.lock.db',
      'recipes',
      'results',
      'scripts',
      'spool',
      'starts',
      'uploads',
    ])
  })

  if (process.platform !== 'win32') {
    test('an owner that is stopped stays the owner', async () => {
      const first = await startOwner()
      first.kill('SIGSTOP')
      expect(readOwner(dir)).toMatchObject({ pid: first.pid })
      expect(() => acquireOwnerLock(dir, 'cli')).toThrow(ownedBy(first.pid ?? -1))
      first.kill('SIGCONT')
      await ask(first, 'release')
      acquireOwnerLock(dir, 'cli').release()
    })
  }

  test('of starters that race exactly one wins, and the others learn its pid', async () => {
    const starters = await Promise.all([startChild(), startChild(), startChild()])
    for (let round = 0; round < 8; round += 1) {
      const answers = await Promise.all(starters.map((child) => ask(child, 'acquire')))
      const winners = starters.filter((_child, index) => answers[index]?.won)
      expect(winners).toHaveLength(1)
      const [winner] = winners
      if (winner === undefined) return
      for (const answer of answers) {
        if (!answer.won)
          expect(answer).toMatchObject({ code: 'DATA_DIR_OWNED', details: { pid: winner.pid } })
      }
      // Every other round the winner dies instead of letting go.
      if (round % 2 === 0) {
        await ask(winner, 'release')
      } else {
        await kill(winner)
        starters[starters.indexOf(winner)] = await startChild()
      }
    }
  })

  test('tools that look while somebody starts do not keep them from it', async () => {
    const child = await startChild()
    let looks = 0
    const looking = setInterval(() => {
      for (let look = 0; look < 20; look += 1) readOwner(dir)
      looks += 20
    }, 0)
    try {
      for (let round = 0; round < 20; round += 1) {
        expect(await ask(child, 'acquire')).toEqual({ won: true })
        await ask(child, 'release')
      }
    } finally {
      clearInterval(looking)
    }
    expect(looks).toBeGreaterThan(0)
  })
})

describe('within one process', () => {
  test('a second owner is refused, and neither that nor a look takes the lock from the first', async () => {
    const child = await startChild()
    const lock = acquireOwnerLock(dir, 'app')
    expect(() => acquireOwnerLock(dir, 'app')).toThrow(ownedBy(process.pid))
    expect(readOwner(dir)).toMatchObject({ pid: process.pid })
    // Whether the operating system still holds it only another process can tell.
    expect(await ask(child, 'acquire')).toMatchObject({ won: false, details: { pid: process.pid } })
    lock.release()
    lock.release()
    expect(await ask(child, 'acquire')).toEqual({ won: true })
    expect(readOwner(dir)).toMatchObject({ pid: child.pid })
    lock.release()
    expect(readOwner(dir)).toMatchObject({ pid: child.pid })
  })

  test('an owner whose lock object was dropped keeps the lock', async () => {
    const child = await startChild()
    const { setFlagsFromString } = await import('node:v8')
    const { runInNewContext } = await import('node:vm')
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    acquireOwnerLock(dir, 'app')
    collect()
    await new Promise((done) => setImmediate(done))
    collect()
    expect(await ask(child, 'acquire')).toMatchObject({ won: false, details: { pid: process.pid } })
  })
})

describe('looking for an owner', () => {
  test('finds none where there is no data directory, or it was never owned', () => {
    expect(readOwner(join(dir, 'nowhere'))).toBeNull()
    expect(readOwner(dir)).toBeNull()
    expect(existsSync(dataPaths(dir).lock)).toBe(false)
  })

  test('finds an owner whose name cannot be read', async () => {
    const child = await startOwner()
    for (const text of ['', '{"pid":', '{"pid":-1}', '[]']) {
      writeFileSync(dataPaths(dir).owner, text)
      expect(readOwner(dir)).toEqual({ pid: null, started_ms: null, host: null, version: null })
    }
    expect(() => acquireOwnerLock(dir, 'cli')).toThrow(
      expect.objectContaining({
        code: 'DATA_DIR_OWNED',
        message: expect.stringContaining('another process') as string,
        details: expect.objectContaining({ pid: null }) as unknown,
      }),
    )
    await ask(child, 'release')
  })

  test('a lock file that is not ours is reported and left alone', () => {
    const { lock } = dataPaths(dir)
    writeFileSync(lock, 'this is no database, but a text of more than sixteen bytes'.repeat(20))
    expect(() => acquireOwnerLock(dir, 'cli')).toThrow(
      expect.objectContaining({ code: 'DATA_DIR_UNUSABLE' }) as Error,
    )
    expect(() => acquireOwnerLock(dir, 'cli')).toThrow('remove it')
    expect(() => readOwner(dir)).toThrow('remove it')
    expect(readFileSync(lock, 'utf8')).toContain('no database')
  })
})
