/** An owner that dies with real workers and real jobs: what is left of them, and what the next owner makes of it. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createEngine } from '../../electron/engine/create-engine.ts'
import { dataPaths } from '../../electron/engine/store/data-dir.ts'
import type { JobSpec } from '../../shared/job-spec.ts'
import { forkWorkerProcess } from '../../electron/engine/worker-pool/fork-worker-process.ts'
import { OwnerProcess } from './owner-process.ts'
import { act, openEngine, retry, shell, STORE_THREAD, testFolder, WORKER_ENTRY } from './real-engine.ts'
import { eventually, isAlive } from './worker-harness.ts'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { readLines } from './lines.ts'

const STOP = { signal: 'SIGTERM', grace_ms: 200 } as const

test('the tree of a command does not outlive its owner, and the job is interrupted by a crash', async () => {
  const folder = testFolder()
  const [dir, file] = [join(folder, 'data'), join(folder, 'pids')]
  const owner = new OwnerProcess(dir, {
    jobs: [shell(`echo $$ >> ${file}; sh -c 'echo $$ >> ${file}; exec sleep 60' & wait`)],
  })
  await eventually(() => readLines(file).length === 2, 'two pids')
  await owner.says('running')
  await owner.kill()
  const pids = [...owner.workers, ...readLines(file).map(Number)]
  await eventually(() => !pids.some(isAlive), 'the end of all')
  const real = await openEngine({ dir })
  expect(real.engine.recovery).toMatchObject({ interrupted: 1, cause: 'app-crash' })
  expect((await real.page(1)).job).toMatchObject({ state: 'interrupted', cause: 'app-crash', attempts: 1 })
  await real.engine.whenIdle()
  expect(readLines(file)).toHaveLength(2)
})

test('what outlived both owner and worker is ended by the next owner before anything runs', async () => {
  const folder = testFolder()
  const [dir, file, runs] = [join(folder, 'data'), join(folder, 'pids'), join(folder, 'runs')]
  const away = process.platform === 'linux' ? `setsid sh -c 'echo $$ >> ${file}; exec sleep 60' &` : ''
  const first = `trap '' TERM; echo $$ >> ${file}; ${away} while :; do sleep 0.02; done`
  const spec = shell(
    `echo start $JOBYARD_ATTEMPT_NUMBER >> ${runs}; [ $JOBYARD_ATTEMPT_NUMBER = 2 ] || { ${first}; }`,
    {
      on_interrupt: 'requeue',
      stop: STOP,
    },
  )
  const owner = new OwnerProcess(dir, { jobs: [spec] })
  await eventually(() => readLines(file).length === (away === '' ? 1 : 2), 'the pids')
  await owner.says('running')
  await owner.kill(true)
  const pids = readLines(file).map(Number)
  expect(pids.filter(isAlive)).toEqual(pids)
  const real = await openEngine({ dir, start: false })
  expect(pids.filter(isAlive)).toEqual([])
  expect((await real.page(1)).job).toMatchObject({ state: 'queued', attempts: 1 })
  await real.engine.start()
  await real.reaches(1, 'succeeded')
  expect(readLines(runs)).toEqual(['start 1', 'start 2'])
})

test('a module job that its orphaned worker still runs does not run a second time beside it', async () => {
  const folder = testFolder()
  const [dir, file] = [join(folder, 'data'), join(folder, 'runs')]
  const input = { act: 'block', ms: 4_000, file }
  const owner = new OwnerProcess(dir, {
    jobs: [act(input, { on_interrupt: 'requeue', stop: { signal: 'SIGTERM', grace_ms: 300 } })],
  })
  await eventually(() => readLines(file).length === 1, 'the job to begin')
  await eventually(() => owner.workers.length > 0, 'the pid of the worker')
  await owner.kill()
  const again = new OwnerProcess(dir)
  await eventually(() => readLines(file).includes('start 1 2'), 'the second attempt')
  expect(owner.workers.filter(isAlive)).toEqual([])
  await again.kill(true)
})

test('jobs of a module that were handed ahead and not begun run after the crash, each as often as is recorded', async () => {
  const folder = testFolder()
  const [dir, file] = [join(folder, 'data'), join(folder, 'runs')]
  const jobs = Array.from({ length: 3_000 }, (_, index) =>
    index % 50 === 49
      ? shell(`echo start $JOBYARD_JOB_ID $JOBYARD_ATTEMPT_NUMBER >> ${file}`)
      : act({ act: 'none', file }),
  )
  const first = new OwnerProcess(dir, { jobs })
  await eventually(() => readLines(file).length > 200, 'some runs')
  await first.kill(true)
  for (let round = 0; round < 3; round += 1) {
    const ran = readLines(file).length
    const owner = new OwnerProcess(dir)
    await eventually(
      () => readLines(file).length > ran + 100 || owner.said.some(({ idle }) => idle),
      'more runs',
    )
    await owner.kill(round % 2 === 0)
  }
  const real = await openEngine({ dir })
  await real.engine.whenIdle()
  const counts = await real.counts()
  expect((counts.succeeded ?? 0) + (counts.interrupted ?? 0)).toBe(jobs.length)
  const ran = new Map<number, number[]>()
  for (const line of readLines(file)) {
    const [what, id, attempt] = line.split(' ')
    if (what === 'start') ran.set(Number(id), [...(ran.get(Number(id)) ?? []), Number(attempt)])
  }
  for (let id = 1; id <= jobs.length; id += 1) {
    const { job, attempts } = await real.page(id)
    const own = ran.get(id) ?? []
    expect({ id, own, ran: own.length <= attempts.length }).toEqual({ id, own: [...new Set(own)], ran: true })
    if (job.state === 'succeeded') expect({ id, ran: own.length }).toEqual({ id, ran: attempts.length })
    const result = attempts.at(-1)?.result ?? null
    if (job.state === 'succeeded' && job.kind === 'module')
      expect(JSON.parse(result ?? '')).toEqual({ id, attempt: attempts.length })
  }
})

test('after a power cut every lease counts as started, and private copies of scripts are cleaned', async () => {
  const folder = testFolder()
  const [dir, pids] = [join(folder, 'data'), join(folder, 'pids')]
  const content = `echo $$ >> ${pids}\nexec sleep 60\n`
  const sha256 = createHash('sha256').update(content).digest('hex')
  mkdirSync(dataPaths(dir).scripts, { recursive: true })
  writeFileSync(join(dataPaths(dir).scripts, sha256), content)
  mkdirSync(join(folder, 'place'))
  const script: JobSpec = {
    ...shell('work'),
    task: {
      kind: 'script',
      sha256,
      original_path: join(folder, 'place', 'work.sh'),
      interpreter: ['/bin/sh'],
      args: [],
    },
    retry: retry(1, { causes: ['power-loss'], interval_ms: 60_000 }),
  }
  const owner = new OwnerProcess(dir, { jobs: [script] })
  await owner.says('running')
  await eventually(() => readLines(pids).length === 1, 'the pid')
  await owner.kill(true)
  for (const pid of readLines(pids).map(Number)) process.kill(-pid, 'SIGKILL')
  expect(readdirSync(join(folder, 'place'))).toHaveLength(1)
  const db = new Database(dataPaths(dir).database)
  db.prepare(`UPDATE meta SET value = 'another boot' WHERE key = 'boot_id'`).run()
  db.close()
  const real = await openEngine({ dir, start: false })
  expect(real.engine.recovery).toMatchObject({ interrupted: 1, cause: 'power-loss' })
  expect((await real.page(1)).job).toMatchObject({ state: 'retrying', attempts: 1 })
  expect((await real.page(1)).attempts).toMatchObject([{ cause: 'power-loss' }])
  expect(readdirSync(join(folder, 'place'))).toEqual([])
  expect(readdirSync(dataPaths(dir).starts)).toEqual([])
})

test('a submission that was cut off half-way leaves nothing, and its ids are not used again', async () => {
  const dir = join(testFolder(), 'data')
  const owner = new OwnerProcess(dir, { half: 5_000 })
  await owner.says('streamed')
  await owner.kill(true)
  const real = await openEngine({ dir })
  expect(real.engine.recovery.dropped_submissions).toBe(1)
  expect(await real.counts()).toEqual({})
  const id = await real.submitOne(shell('true'))
  expect(id).toBeGreaterThan(3_000)
  await real.reaches(id, 'succeeded')
})

test('orders and results that were under way when the owner died are cleaned up', async () => {
  const folder = testFolder()
  const dir = join(folder, 'data')
  const paths = dataPaths(dir)
  for (const path of [paths.results, paths.spool]) mkdirSync(path, { recursive: true })
  writeFileSync(join(paths.results, '7.json'), '{}')
  writeFileSync(join(paths.spool, '7.json'), '[]')
  const real = await openEngine({ dir, start: false })
  expect([...readdirSync(paths.results), ...readdirSync(paths.spool)]).toEqual([])
  expect(existsSync(real.paths.database)).toBe(true)
})

test('a second owner is refused with the pid of the first, and takes over when that one dies', async () => {
  const dir = join(testFolder(), 'data')
  const owner = new OwnerProcess(dir, { jobs: [shell('sleep 60')] })
  await owner.says('running')
  const second = createEngine({
    data_dir: dir,
    host: 'cli',
    store_thread: STORE_THREAD,
    spawnWorker: forkWorkerProcess({ entry: WORKER_ENTRY }),
  })
  await expect(second).rejects.toMatchObject({ code: 'DATA_DIR_OWNED', details: { pid: owner.pid } })
  await owner.kill()
  const real = await openEngine({ dir })
  expect((await real.page(1)).job).toMatchObject({ state: 'interrupted' })
})
