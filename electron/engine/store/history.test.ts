import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { JobyardError } from '../../../shared/errors.ts'
import { NOW_MS, specOf, StoreSubject } from '../../../tests/contract/store-subject.ts'
import { openInThreadStore } from '../../../tests/fakes/in-thread-store.ts'
import { tempDir } from '../../../tests/fakes/temp-dir.ts'
import { dataPaths, prepareDataDir } from './data-dir.ts'
import { openDatabase } from './database.ts'
import type { History } from './history.ts'
import { openHistory } from './history.ts'
import { acquireOwnerLock } from './owner-lock.ts'

const COMMITTING_CHILD = resolve(import.meta.dirname, '../../../tests/fixtures/store/committing-child.ts')

function dataDir(): string {
  const dir = join(tempDir(), 'data')
  prepareDataDir(dir)
  return dir
}

function open(dir: string): History {
  const history = openHistory(dir)
  onTestFinished(() => {
    history.close()
  })
  return history
}

/** A data directory with a real store, as its owner has it. */
function openStore(): { readonly dir: string; readonly subject: StoreSubject } {
  const dir = dataDir()
  const store = openInThreadStore({ file: dataPaths(dir).database })
  onTestFinished(() => store.close())
  return { dir, subject: new StoreSubject(store) }
}

function own(dir: string): void {
  const lock = acquireOwnerLock(dir, 'cli')
  onTestFinished(() => {
    lock.release()
  })
}

/** Changes the database behind everybody's back. */
function tamper(dir: string, sql: string): void {
  const db = new Database(dataPaths(dir).database)
  db.pragma('ignore_check_constraints = ON')
  db.exec(sql)
  db.close()
}

function faultOf(action: () => unknown): JobyardError {
  try {
    action()
  } catch (error) {
    if (error instanceof JobyardError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

describe('a data directory without a database', () => {
  test('has an empty history', async () => {
    const dir = tempDir()
    const prepared = dataDir()
    // An owner has just made the file.
    const begun = dataDir()
    writeFileSync(dataPaths(begun).database, '')
    for (const place of [join(dir, 'nowhere'), dir, prepared, begun]) {
      const history = open(place)
      expect(history.list({ filter: {}, order: 'newest', limit: 10 })).toEqual({ jobs: [], next: null })
      expect(history.show(1)).toBeNull()
      expect([...history.exportJobs()]).toEqual([])
      expect(history.summary()).toMatchObject({
        pool: 'stopped',
        owner: null,
        groups: [],
        counts: { queued: 0 },
      })
    }
    expect(existsSync(join(dir, 'nowhere'))).toBe(false)
    await Promise.resolve()
  })

  test('that is no directory, or holds another thing in place of the database, is refused', () => {
    const dir = tempDir()
    const file = join(dir, 'file')
    writeFileSync(file, 'text')
    expect(faultOf(() => openHistory(file))).toMatchObject({ code: 'DATA_DIR_UNUSABLE' })
    mkdirSync(dataPaths(dir).database)
    expect(faultOf(() => openHistory(dir))).toMatchObject({ code: 'DATA_DIR_UNUSABLE' })
    const text = dataDir()
    writeFileSync(dataPaths(text).database, 'no database, but long enough to be looked at '.repeat(100))
    expect(faultOf(() => openHistory(text))).toMatchObject({ code: 'DATA_CORRUPT' })
  })

  test('of another version or program is refused', () => {
    const { dir } = openStore()
    tamper(dir, 'PRAGMA user_version = 99')
    expect(faultOf(() => openHistory(dir))).toMatchObject({ code: 'DATA_TOO_NEW' })
    tamper(dir, 'PRAGMA user_version = 1; PRAGMA application_id = 7')
    expect(faultOf(() => openHistory(dir))).toMatchObject({ code: 'DATA_CORRUPT' })
  })
})

describe('one job', () => {
  test('is shown with its spec, its attempts in order, and what it needs and is needed by', async () => {
    const { dir, subject } = openStore()
    const spec_json = JSON.stringify(specOf('first', { env: { A: 'b' }, priority: 3 }))
    const [first = 0, second = 0, third = 0] = await subject.submit([
      { name: 'first', spec_json },
      { name: 'second', needs: [1] },
      { name: 'third', needs: [1, { on: 2, condition: 'always' }] },
    ])
    const log = { stdout_bytes: 5, stderr_bytes: 6, cut_bytes: 0 }
    await subject.finish(
      first,
      { state: 'retrying', retry_at_ms: NOW_MS },
      { exit_code: 4, signal: 'SIGTERM' },
    )
    await subject.do({ type: 'promote-due', now_ms: NOW_MS, limit: 10 })
    await subject.finish(first, { state: 'succeeded' }, { log })

    const shown = open(dir).show(first)
    expect(shown).toMatchObject({
      job: { id: first, state: 'succeeded', name: 'first', attempts: 2, cause: 'exit', exit_code: 0 },
      wait_reason: null,
      spec: { name: 'first', env: { A: 'b' }, priority: 3 },
      submission: { label: 'test', created_ms: NOW_MS },
      attempts: [
        { number: 1, exit_code: 4, signal: 'SIGTERM', log: null, error: 'it failed' },
        { number: 2, exit_code: 0, result: '"done"', log },
      ],
      needs: [],
      needs_count: 0,
      dependents: [
        { job_id: second, condition: 'success', status: 'met', name: 'second', state: 'queued' },
        { job_id: third, condition: 'success', status: 'met', name: 'third', state: 'blocked' },
      ],
      dependents_count: 2,
    })
    expect(open(dir).show(third)).toMatchObject({
      wait_reason: 'dependency',
      needs: [
        { job_id: first, status: 'met', state: 'succeeded' },
        { job_id: second, condition: 'always', status: 'open' },
      ],
      needs_count: 2,
    })
    expect(open(dir).show(99)).toBeNull()
  })

  test('that was cleared away, or whose submission is still coming in, is not seen anywhere', async () => {
    const { dir, subject } = openStore()
    const [kept = 0, cleared = 0] = await subject.submit([{ name: 'kept' }, { name: 'cleared' }])
    const [needing = 0] = await subject.submit([
      { name: 'needing', needs: [{ on: cleared, condition: 'always' }] },
    ])
    await subject.finish(cleared)
    await subject.do({ type: 'clear', selection: { ids: [cleared] }, kind: 'clear', at_ms: NOW_MS })
    const submission_id = subject.nextSubmission()
    await subject.do({ type: 'open-submission', submission_id, label: 'open', at_ms: NOW_MS })
    const jobs = subject.jobs([{ name: 'coming' }])
    await subject.do({ type: 'submit', submission_id, label: '', whole: false, at_ms: NOW_MS, jobs })

    const history = open(dir)
    const seen = [kept, needing]
    for (const order of ['newest', 'oldest'] as const) {
      const ids = history.list({ filter: {}, order, limit: 10 }).jobs.map(({ job }) => job.id)
      expect(ids).toEqual(order === 'newest' ? seen.toReversed() : seen)
    }
    expect(history.list({ filter: {}, order: 'ended', limit: 10 }).jobs).toEqual([])
    expect([...history.exportJobs()].map(({ job }) => job.id)).toEqual(seen)
    expect([history.show(cleared), history.show(jobs[0]?.id ?? 0)]).toEqual([null, null])
    expect(history.show(needing)?.needs).toEqual([
      { job_id: cleared, condition: 'always', status: 'met', name: null, state: null },
    ])
    expect(history.summary().counts).toMatchObject({ queued: 2, succeeded: 0 })

    await subject.do({ type: 'complete-submission', submission_id })
    expect(
      history.list({ filter: {}, order: 'newest', limit: 10 }).jobs.map(({ job }) => job.name),
    ).toContain('coming')
  })
})

describe('why a job waits', () => {
  test('follows from its own state, its group and the pool, which is stopped where nobody owns the directory', async () => {
    const { dir, subject } = openStore()
    const paused = await subject.do({ type: 'set-group', name: 'paused', paused: true })
    const full = await subject.do({ type: 'set-group', name: 'full', parallel_limit: 1 })
    const [running = 0] = await subject.submit([
      { name: 'running', group_id: full.id },
      { name: 'plain' },
      { name: 'in paused', group_id: paused.id },
      { name: 'in full', group_id: full.id },
      { name: 'held', held: true },
      { name: 'later', due_ms: NOW_MS + 1_000_000 },
    ])
    await subject.claim(running)
    await subject.do({ type: 'set-meta', key: 'pool_state', value: 'running' })
    const reasons = (): Record<string, unknown> =>
      Object.fromEntries(
        open(dir)
          .list({ filter: {}, order: 'newest', limit: 10 })
          .jobs.map(({ job, wait_reason }) => [job.name, wait_reason]),
      )
    expect(reasons()).toMatchObject({
      plain: 'pool-stopped',
      'in paused': 'pool-stopped',
      held: 'held',
      later: 'begin-time',
    })
    own(dir)
    expect(reasons()).toMatchObject({
      ...{
        plain: 'no-slot',
        'in paused': 'group-paused',
        'in full': 'group-full',
        held: 'held',
        later: 'begin-time',
      },
    })
    await subject.do({ type: 'set-meta', key: 'pool_state', value: 'paused' })
    expect(reasons()).toMatchObject({ plain: 'pool-paused', 'in paused': 'pool-paused', later: 'begin-time' })
  })

  test('the summary counts by state and group, and tells of pool and owner', async () => {
    const { dir, subject } = openStore()
    const group = await subject.do({ type: 'set-group', name: 'uploads', parallel_limit: 3, paused: true })
    const [first = 0] = await subject.submit([
      {},
      {},
      { group_id: group.id },
      { group_id: group.id, held: true },
    ])
    await subject.finish(first)
    const [second = 0] = await subject.submit([{}])
    await subject.claim(second)
    for (const [key, value] of [
      ['pool_state', 'paused'],
      ['pool_paused', '1'],
      ['concurrency', '6'],
    ] as const) {
      await subject.do({ type: 'set-meta', key, value })
    }
    const history = open(dir)
    expect(history.summary()).toMatchObject({
      pool: 'stopped',
      pool_paused: true,
      concurrency: 6,
      owner: null,
    })
    own(dir)
    expect(history.summary()).toMatchObject({
      pool: 'paused',
      owner: { pid: process.pid, host: 'cli' },
      counts: { queued: 3, held: 1, succeeded: 1, failed: 0 },
      groups: [
        { group: { name: 'default', parallel_limit: null, paused: false }, active: 1, counts: { queued: 2 } },
        {
          group: { name: 'uploads', parallel_limit: 3, paused: true },
          active: 0,
          counts: { queued: 1, held: 1 },
        },
      ],
    })
  })
})

describe('a row that does not parse', () => {
  async function oneEndedJob(): Promise<{ readonly dir: string; readonly id: number }> {
    const { dir, subject } = openStore()
    await subject.submit([{}, {}])
    const id = await subject.submitOne({ name: 'broken' })
    await subject.finish(id)
    return { dir, id }
  }

  test.each([
    ['an unknown state', `UPDATE job SET state = 'dancing' WHERE id = 3`],
    ['an end without its time', `UPDATE job SET state = 'failed', ended_ms = NULL WHERE id = 3`],
    ['an unknown cause', `UPDATE job SET cause = 'magic' WHERE id = 3`],
    ['a group that is gone', `UPDATE job SET group_id = 77 WHERE id = 3`],
    ['a time that is no date', `UPDATE job SET queued_ms = 9223372036854775807 WHERE id = 3`],
  ])('with %s is told of with its id', async (_what, sql) => {
    const { dir, id } = await oneEndedJob()
    tamper(dir, sql)
    const history = open(dir)
    const damage = expect.objectContaining({ code: 'DATA_CORRUPT', details: { job_id: id } }) as Error
    expect(() => history.list({ filter: {}, order: 'newest', limit: 10 })).toThrow(damage)
    expect(() => history.show(id)).toThrow(damage)
    expect(() => [...history.exportJobs()]).toThrow(damage)
    expect(() => history.show(id)).toThrow(`job ${id}`)
    expect(history.show(1)?.job.id).toBe(1)
  })

  test('in its spec or an attempt is told of, too', async () => {
    const { dir, id } = await oneEndedJob()
    tamper(dir, `UPDATE job_spec SET spec = '{"name":' WHERE job_id = ${id}`)
    expect(faultOf(() => open(dir).show(id))).toMatchObject({ code: 'DATA_CORRUPT', details: { job_id: id } })
    tamper(dir, `DELETE FROM job_spec WHERE job_id = ${id}`)
    expect(faultOf(() => open(dir).show(id))).toMatchObject({ code: 'DATA_CORRUPT', details: { job_id: id } })
    const other = await oneEndedJob()
    tamper(other.dir, `UPDATE attempt SET cause = 'magic' WHERE job_id = ${other.id}`)
    expect(faultOf(() => [...open(other.dir).exportJobs()])).toMatchObject({
      code: 'DATA_CORRUPT',
      details: { job_id: other.id },
    })
  })
})

describe('an export', () => {
  test('gives every job with its attempts by id, and those of a filter', async () => {
    const { dir, subject } = openStore()
    const ids = await subject.submit(
      Array.from({ length: 1_234 }, (_none, index) => ({ name: `job ${index % 3}` })),
    )
    await subject.finish(ids[700] ?? 0, { state: 'failed' })
    const history = open(dir)
    expect([...history.exportJobs()].map(({ job }) => job.id)).toEqual(ids)
    expect([...history.exportJobs({ name: 'JOB 1' })].map(({ job }) => job.id)).toEqual(
      ids.filter((_id, index) => index % 3 === 1),
    )
    const [failed, ...others] = history.exportJobs({ states: ['failed'] })
    expect(failed).toMatchObject({
      job: { id: ids[700] },
      spec: { name: 'job 1' },
      attempts: [{ exit_code: 1 }],
    })
    expect(others).toEqual([])
  })

  test('with large results comes in small pages, and ends where it is cancelled', async () => {
    const { dir, subject } = openStore()
    const ids = await subject.submit(Array.from({ length: 12 }, () => ({})))
    const result = JSON.stringify('x'.repeat(3_000_000))
    for (const id of ids) await subject.finish(id, { state: 'succeeded' }, { result })
    const history = open(dir)
    const asked: number[] = []
    const found: number[] = []
    for (const { job, attempts } of history.exportJobs({}, () => asked.push(found.length) < 0)) {
      found.push(job.id)
      expect(attempts[0]?.result).toHaveLength(result.length)
    }
    expect(found).toEqual(ids)
    expect(asked).toEqual([3, 6, 9])
    let taken = 0
    for (const _record of history.exportJobs({}, () => taken >= 3)) taken += 1
    expect(taken).toBe(3)
  })
})

describe('beside an owner', () => {
  test('that writes it sees only what is committed, and all of it, also after the owner is killed', async () => {
    const dir = dataDir()
    const file = dataPaths(dir).database
    openDatabase({ file }).close()
    const child = spawn(process.execPath, [COMMITTING_CHILD, file, '1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const gone = once(child, 'exit')
    const submitted = new Set<number>()
    for await (const line of createInterface({ input: child.stdout })) {
      const [what, id] = line.split(' ')
      if (what !== 'submitted') continue
      const submission_id = Number(id)
      submitted.add(submission_id)
      const history = openHistory(dir)
      expect(history.list({ filter: { submission_id }, order: 'newest', limit: 100 }).jobs).toHaveLength(10)
      history.close()
      if (submitted.size >= 20) break
    }
    child.kill('SIGKILL')
    await gone
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0)
    const history = open(dir)
    const left = new Map<number, number>()
    let succeeded = 0
    for (const { job } of history.exportJobs()) {
      left.set(job.submission_id, (left.get(job.submission_id) ?? 0) + 1)
      if (job.state === 'succeeded') succeeded += 1
    }
    expect([...submitted].filter((id) => left.get(id) !== 10)).toEqual([])
    expect(new Set(left.values())).toEqual(new Set([10]))
    expect(history.summary().counts).toMatchObject({ succeeded, queued: left.size * 10 - succeeded })
    // Looking moved nothing: the next owner finds what the last one left.
    expect(existsSync(`${file}-wal`)).toBe(true)
  })

  test('does not keep the owner from writing or moving its log', async () => {
    const { dir, subject } = openStore()
    const history = open(dir)
    for (let round = 0; round < 20; round += 1) {
      await subject.submit(Array.from({ length: 50 }, () => ({})))
      expect(history.list({ filter: {}, order: 'newest', limit: 2_000 }).jobs).toHaveLength((round + 1) * 50)
    }
    const db = new Database(dataPaths(dir).database)
    expect(db.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }])
    db.close()
  })
})

if (process.platform === 'linux') {
  describe('in a folder that is read-only', () => {
    /** Asked as nobody, for the superuser may write everywhere. */
    async function askAsNobody(dir: string): Promise<unknown> {
      const script = join(dir, '..', 'ask.mts')
      writeFileSync(
        script,
        `import { openHistory } from ${JSON.stringify(join(import.meta.dirname, 'history.ts'))}
        try { process.send(openHistory(${JSON.stringify(dir)}).list({ filter: {}, order: 'newest', limit: 5 }).jobs.length) }
        catch (error) { process.send(error.message) }`,
      )
      chmodSync(join(dir, '..'), 0o755)
      chmodSync(dir, 0o555)
      const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
      const child = fork(script, { ...asNobody, cwd: '/' })
      const [answer] = (await once(child, 'message')) as [unknown]
      chmodSync(dir, 0o755)
      return answer
    }

    test('it is refused, and said what to do', async () => {
      const { dir, subject } = openStore()
      await subject.submit([{}, {}, {}])
      await subject.store.close()
      expect(await askAsNobody(dir)).toContain('copy the whole folder')
    })
  })
}
