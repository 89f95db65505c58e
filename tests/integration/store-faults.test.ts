import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { openThreadStore } from '../../electron/engine/store/thread-store.ts'
import type { ThreadStoreOptions } from '../../electron/engine/store/thread-store.ts'
import { NOW_MS, specOf, StoreSubject } from '../contract/store-subject.ts'
import { tempDir } from '../fakes/temp-dir.ts'

const entry = join(import.meta.dirname, '../../electron/engine/store/store-thread.ts')
const fixture = (name: string): string => join(import.meta.dirname, '../fixtures/store', name)

async function open(options: Partial<ThreadStoreOptions> = {}): Promise<StoreSubject> {
  const store = await openThreadStore({ file: join(tempDir(), 'jobs.db'), entry, ...options })
  onTestFinished(() => store.close())
  return new StoreSubject(store)
}

test('on a full disk a commit leaves nothing half-done, and the store goes on when there is room again', async () => {
  const subject = await open({ max_pages: 200 })
  const spec_json = JSON.stringify(specOf('big', { env: { FILL: 'x'.repeat(10_000) } }))
  const [kept] = await subject.submit([{}])
  await subject.do({ type: 'open-submission', submission_id: 90, label: '', at_ms: NOW_MS })
  const chunk = (jobs: number) =>
    subject.do({
      type: 'submit',
      submission_id: 90,
      label: '',
      whole: false,
      at_ms: NOW_MS,
      jobs: subject.jobs(Array.from({ length: jobs }, () => ({ spec_json }))),
    })
  await chunk(20)
  const full = subject.store.commit([
    { type: 'set-meta', key: 'data_id', value: 'not to be kept' },
    { type: 'submit', submission_id: 91, label: '', whole: true, at_ms: NOW_MS, jobs: subject.jobs([{}]) },
    {
      type: 'submit',
      submission_id: 90,
      label: '',
      whole: false,
      at_ms: NOW_MS,
      jobs: subject.jobs(Array.from({ length: 100 }, () => ({ spec_json }))),
    },
  ])
  await expect(full).rejects.toMatchObject({ code: 'STORE_FAILED', details: { sqlite: 'SQLITE_FULL' } })
  expect(await subject.store.query({ type: 'meta', key: 'data_id' })).toBeNull()
  expect(await subject.counts()).toEqual({ queued: 1 })
  expect(await subject.store.query({ type: 'open-submissions' })).toEqual([90])
  // What was deleted is room for others.
  expect(await subject.do({ type: 'abort-submission', submission_id: 90, limit: 1_000 })).toEqual({
    done: true,
  })
  await subject.finish(kept ?? 0)
  await subject.submit([{ spec_json }])
  expect(await subject.counts()).toEqual({ queued: 1, succeeded: 1 })
})

test('when the thread is gone, everything outstanding and to come is refused and closing does not hang', async () => {
  for (const [name, reason] of [
    ['dying-thread.ts', 'ended'],
    ['throwing-thread.ts', 'a bug'],
  ] as const) {
    const { store } = await open({ entry: fixture(name) })
    const lost = { code: 'STORE_FAILED', message: expect.stringContaining(reason) as string }
    const asked = [store.commit([]), store.query({ type: 'groups' }), store.commit([])]
    for (const answer of asked) await expect(answer).rejects.toMatchObject(lost)
    await expect(store.commit([])).rejects.toMatchObject({ code: 'STORE_FAILED' })
    await store.close()
  }
})

test('a database that cannot be opened is refused with its code, and the thread is gone', async () => {
  const file = join(tempDir(), 'nowhere', 'jobs.db')
  await expect(openThreadStore({ file, entry })).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' })
})

/** Kills the child after so many lines and returns what it had reported as committed. */
async function runAndKill(file: string, first_submission: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [fixture('committing-child.ts'), file, String(first_submission)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const reported: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    reported.push(line)
    if (reported.length === lines) child.kill('SIGKILL')
  }
  const [, signal] = (await exited) as [number | null, NodeJS.Signals | null]
  expect(signal).toBe('SIGKILL')
  return reported
}

interface SubmissionSums {
  readonly id: number
  readonly job_count: number
  readonly jobs: number
  readonly ended: number
  readonly attempts: number
}

test('a kill in the middle of commits leaves whole commits only, and all that were reported', async () => {
  const file = join(tempDir(), 'jobs.db')
  const reported: string[] = []
  for (const [round, lines] of [3, 40, 71].entries()) {
    reported.push(...(await runAndKill(file, round * 1_000 + 1, lines)))
  }
  const db = new Database(file)
  onTestFinished(() => {
    db.close()
  })
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  const sums = db
    .prepare<[], SubmissionSums>(
      `SELECT s.id, s.job_count, count(*) AS jobs, sum(j.state = 'succeeded') AS ended,
         (SELECT count(*) FROM attempt WHERE job_id BETWEEN s.first_job_id AND s.last_job_id) AS attempts
       FROM submission s JOIN job j ON j.submission_id = s.id GROUP BY s.id`,
    )
    .all()
  for (const sum of sums) {
    expect(sum).toMatchObject({ job_count: 10, jobs: 10 })
    expect([0, 10]).toContain(sum.ended)
    expect(sum.attempts).toBe(sum.ended)
  }
  const found = new Set(
    sums.flatMap(({ id, ended }) => [`submitted ${id}`, ...(ended === 10 ? [`ended ${id}`] : [])]),
  )
  for (const line of reported) expect(found).toContain(line)
  const byState = db.prepare('SELECT state, count(*) AS count FROM job GROUP BY state ORDER BY state').all()
  expect(db.prepare('SELECT state, count FROM counter WHERE count > 0 ORDER BY state').all()).toEqual(byState)
  expect(db.prepare('SELECT count(*) FROM lease').pluck().get()).toBe(0)
})
