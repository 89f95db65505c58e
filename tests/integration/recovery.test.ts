import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Engine } from '../../electron/engine/engine.ts'
import type { DataPaths } from '../../electron/engine/store/data-dir.ts'
import { dataPaths, prepareDataDir } from '../../electron/engine/store/data-dir.ts'
import type { JobInsert } from '../../electron/engine/store/store-records.ts'
import type { Store } from '../../electron/engine/store/store.ts'
import { openThreadStore } from '../../electron/engine/store/thread-store.ts'
import { bootId } from '../../electron/process/boot-id.ts'
import { scriptCopyBeside } from '../../electron/process/script-copy.ts'
import { readStartTime } from '../../electron/process/start-time.ts'
import type { JobSpec } from '../../shared/job-spec.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { tempDir } from '../fakes/temp-dir.ts'

const STORE_THREAD = join(import.meta.dirname, '../../electron/engine/store/store-thread.ts')
const DATA_ID = 'the-data'

function openStore(paths: DataPaths): Promise<Store> {
  return openThreadStore({ file: paths.database, entry: STORE_THREAD, synchronous: 'NORMAL' })
}

function command(own: Partial<JobSpec> = {}): JobSpec {
  return { name: 'a', task: { kind: 'command', argv: ['true'], shell_command: null }, cwd: '/', ...own }
}

/** A data directory as an owner left it that died with job 1 claimed as attempt 7 by its worker 3. */
async function deadOwner(spec: JobSpec, boot_id: string): Promise<DataPaths> {
  const dir = tempDir()
  const paths = dataPaths(dir)
  prepareDataDir(dir)
  const store = await openStore(paths)
  const job: JobInsert = {
    id: 1,
    name: spec.name,
    kind: spec.task.kind,
    group_id: 1,
    priority: 0,
    slots: 1,
    held: false,
    due_ms: null,
    spec_json: JSON.stringify(spec),
    needs: [],
  }
  await store.commit([
    { type: 'set-meta', key: 'data_id', value: DATA_ID },
    { type: 'set-meta', key: 'boot_id', value: boot_id },
    { type: 'submit', submission_id: 1, label: 'drop', whole: true, at_ms: 1_000, jobs: [job] },
    { type: 'claim', claims: [{ job_id: 1, attempt_id: 7, worker_id: 3, at_ms: 2_000 }] },
  ])
  await store.close()
  return paths
}

/** Opens the directory anew, without starting anything, and says what became of job 1. */
async function recovered(paths: DataPaths) {
  const engine = await Engine.open({
    store: await openStore(paths),
    paths,
    spawnWorker: new FakeWorkers().spawn,
    strict: true,
    random: () => 0.5,
  })
  const row = await engine.store.query({ type: 'job', job_id: 1 })
  await engine.close()
  return { report: engine.recovery, job: row?.job, attempts: row?.attempts ?? [] }
}

test('a job whose worker had not acted on its claim is simply queued again', async () => {
  const paths = await deadOwner(command(), bootId())
  const { report, job, attempts } = await recovered(paths)
  expect(report).toMatchObject({ given_back: 1, interrupted: 0, cause: null })
  expect(job).toMatchObject({ state: 'queued', attempts: 0 })
  expect(attempts).toEqual([])
})

test('a job whose worker had marked its start is interrupted by a crash of Jobyard, and its attempt is kept', async () => {
  const paths = await deadOwner(command(), bootId())
  writeFileSync(join(paths.starts, 'old-3'), '7\n')
  const { report, job, attempts } = await recovered(paths)
  expect(report).toMatchObject({ given_back: 0, interrupted: 1, cause: 'app-crash' })
  expect(job).toMatchObject({ state: 'interrupted', cause: 'app-crash', attempts: 1 })
  expect(attempts).toMatchObject([{ id: 7, number: 1, cause: 'app-crash' }])
  expect(readdirSync(paths.starts)).toEqual([])
})

test('after a change of boot id every claim counts as started, and the cause is the power', async () => {
  const paths = await deadOwner(command(), 'another boot')
  const { report, job } = await recovered(paths)
  expect(report).toMatchObject({ interrupted: 1, cause: 'power-loss' })
  expect(job).toMatchObject({ state: 'interrupted', cause: 'power-loss', attempts: 1 })
})

test.each([
  ['requeue', 'queued'],
  ['fail', 'failed'],
  ['ask', 'interrupted'],
] as const)('an interrupted job follows its policy: %s', async (on_interrupt, state) => {
  const paths = await deadOwner(command({ on_interrupt }), 'another boot')
  expect((await recovered(paths)).job).toMatchObject({ state })
})

test('a job that is to be retried after a power loss waits for its retry', async () => {
  const retry = {
    limit: 1,
    backoff: 'fixed' as const,
    interval_ms: 3_600_000,
    max_ms: 3_600_000,
    jitter: 0,
    exit_codes: null,
    causes: ['power-loss' as const],
  }
  const paths = await deadOwner(command({ retry }), 'another boot')
  expect((await recovered(paths)).job).toMatchObject({ state: 'retrying', attempts: 1 })
})

test('recovery happens once: a second start finds nothing to set right', async () => {
  const paths = await deadOwner(command(), 'another boot')
  await recovered(paths)
  const { report, job } = await recovered(paths)
  expect(report).toMatchObject({ interrupted: 0, given_back: 0, cause: null })
  expect(job).toMatchObject({ state: 'interrupted', attempts: 1 })
})

test('a process that outlived its worker is ended before its job can run again', async () => {
  const paths = await deadOwner(command({ on_interrupt: 'requeue' }), bootId())
  const orphan = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
  await once(orphan, 'spawn')
  const pid = orphan.pid ?? 0
  const gone = once(orphan, 'exit')
  writeFileSync(join(paths.starts, 'old-3'), `7\n7 ${pid} ${readStartTime(pid) ?? ''}\n`)
  const { attempts } = await recovered(paths)
  expect(await gone).toEqual([null, 'SIGTERM'])
  expect(attempts).toMatchObject([{ pid }])
})

test('a process that only got the number of an old one is left alone', async () => {
  const paths = await deadOwner(command(), bootId())
  const other = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
  await once(other, 'spawn')
  writeFileSync(join(paths.starts, 'old-3'), `7\n7 ${other.pid ?? 0} 12345\n`)
  await recovered(paths)
  expect(other.exitCode).toBeNull()
  const gone = once(other, 'exit')
  other.kill('SIGKILL')
  expect(await gone).toEqual([null, 'SIGKILL'])
})

test('the private copy of a script that was left beside its original is removed', async () => {
  const folder = tempDir()
  const original_path = join(folder, 'work.sh')
  const copy = scriptCopyBeside(original_path, DATA_ID, 7)
  writeFileSync(copy, 'echo')
  const task = {
    kind: 'script' as const,
    sha256: 'a'.repeat(64),
    original_path,
    interpreter: ['sh'],
    args: [],
  }
  const paths = await deadOwner(command({ task }), bootId())
  writeFileSync(join(paths.starts, 'old-3'), '7\n')
  await recovered(paths)
  expect(existsSync(copy)).toBe(false)
})

test('what was on its way to or from a worker, and half-written scripts, are removed', async () => {
  const paths = await deadOwner(command(), bootId())
  writeFileSync(join(paths.spool, '7.json'), '[]')
  writeFileSync(join(paths.results, '7.json'), '{}')
  writeFileSync(join(paths.scripts, '.tmp-1-abc'), 'half')
  writeFileSync(join(paths.scripts, 'a'.repeat(64)), 'whole')
  await recovered(paths)
  expect([readdirSync(paths.spool), readdirSync(paths.results), readdirSync(paths.scripts)]).toEqual([
    [],
    [],
    ['a'.repeat(64)],
  ])
})

test('nothing is kept of a submission that was not complete', async () => {
  const paths = await deadOwner(command(), bootId())
  const store = await openStore(paths)
  const jobs = Array.from({ length: 6_000 }, (_, index): JobInsert => ({
    id: index + 2,
    name: 'half',
    kind: 'command',
    group_id: 1,
    priority: 0,
    slots: 1,
    held: false,
    due_ms: null,
    spec_json: JSON.stringify(command()),
    needs: [],
  }))
  await store.commit([
    { type: 'open-submission', submission_id: 2, label: 'stream', at_ms: 3_000 },
    { type: 'submit', submission_id: 2, label: 'stream', whole: false, at_ms: 3_000, jobs },
  ])
  await store.close()
  const { report } = await recovered(paths)
  expect(report.dropped_submissions).toBe(1)
  const after = await openStore(paths)
  expect(await after.query({ type: 'select', selection: { filter: {} }, after_id: 0, limit: 10 })).toEqual([
    1,
  ])
  await after.close()
})

test('a stored spec that does not parse fails its job with the reason and holds nobody up', async () => {
  const paths = await deadOwner({ ...command(), name: 'broken' }, bootId())
  const store = await openStore(paths)
  await store.commit([
    { type: 'unclaim', job_ids: [1], at_ms: 1 },
    {
      type: 'submit',
      submission_id: 2,
      label: 'bad',
      whole: true,
      at_ms: 1,
      jobs: [
        {
          id: 2,
          name: 'bad',
          kind: 'command',
          group_id: 1,
          priority: 9,
          slots: 1,
          held: false,
          due_ms: null,
          spec_json: '{"name":1}',
          needs: [],
        },
      ],
    },
  ])
  await store.close()
  const workers = new FakeWorkers()
  const engine = await Engine.open({
    store: await openStore(paths),
    paths,
    spawnWorker: workers.spawn,
    concurrency: 1,
  })
  const ended = Promise.withResolvers<string>()
  engine.bus.on('job:ended', ({ jobs }) => {
    ended.resolve(jobs.map((job) => `${job.id} ${job.state}`).join())
  })
  const running = Promise.withResolvers<undefined>()
  engine.bus.on('job:changed', ({ jobs }) => {
    if (jobs.some(({ id, state }) => id === 1 && state === 'running')) running.resolve(undefined)
  })
  await engine.start()
  expect(await ended.promise).toBe('2 failed')
  await running.promise
  expect(workers.started.map((order) => order.job_id)).toEqual([1])
  await engine.close()
})
