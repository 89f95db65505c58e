/** plainjob with worker processes as a contender: harness/contract.ts says what each call does. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { backlogInput, workInput, type Reply } from '../harness/contract.ts'
import { serve } from '../harness/serve.ts'
import { BYTES_PER_MB, perSecond } from '../harness/stats.ts'
import { BEST_SETTINGS, JOB_TYPE, openQueue, settingsSchema, type Settings } from './plainjob-settings.ts'

const WORKER_SCRIPT = fileURLToPath(new URL('plainjob-worker.ts', import.meta.url))
const ENDED_CHECK_MS = 5
const BACKLOG_SLICE = 50_000
const DONE = 2

const sweepInput = workInput.extend({ settings: settingsSchema.optional() })

let working: readonly ChildProcess[] = []

serve({ work, backlog }, stopWorkers)

async function work(raw: unknown): Promise<Reply> {
  const { directory, jobs, workers, settings = BEST_SETTINGS } = sweepInput.parse(raw)
  const file = join(directory, 'plainjob.db')
  const { db, queue } = openQueue(file, settings)
  working = await Promise.all(Array.from({ length: workers }, () => startWorker(file, settings)))
  const inputs = Array.from({ length: jobs }, (_, n) => ({ n }))
  const start = performance.now()
  queue.addMany(JOB_TYPE, inputs)
  const submitted = performance.now()
  for (const child of working) child.send('start')
  await allEnded(db, working)
  const end = performance.now()
  await stopWorkers()
  queue.close()
  readBack(file, jobs)
  return {
    jobs_per_s: perSecond(jobs, end - start),
    submit_per_s: perSecond(jobs, submitted - start),
    work_per_s: perSecond(jobs, end - submitted),
  }
}

function backlog(raw: unknown): Promise<Reply> {
  const { directory, jobs } = backlogInput.parse(raw)
  const { queue } = openQueue(join(directory, 'plainjob.db'), BEST_SETTINGS)
  let peak = 0
  for (let from = 0; from < jobs; from += BACKLOG_SLICE) {
    queue.addMany(
      JOB_TYPE,
      Array.from({ length: Math.min(BACKLOG_SLICE, jobs - from) }, (_, index) => ({ n: from + index })),
    )
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const reply = { rss_mb: process.memoryUsage.rss() / BYTES_PER_MB, peak_rss_mb: peak / BYTES_PER_MB }
  queue.close()
  return Promise.resolve(reply)
}

async function startWorker(file: string, settings: Settings): Promise<ChildProcess> {
  const child = fork(WORKER_SCRIPT, [file, JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return child
}

/** Waits until no job is pending or processing; the check reads one index entry, so that it costs the workers nothing. */
async function allEnded(db: Database.Database, children: readonly ChildProcess[]): Promise<void> {
  const unfinished = db.prepare('SELECT 1 FROM plainjob_jobs WHERE status IN (0, 1) LIMIT 1')
  while (unfinished.get() !== undefined) {
    if (children.some((child) => child.exitCode !== null)) throw new Error('A worker of plainjob ended')
    await delay(ENDED_CHECK_MS)
  }
}

/** A working plainjob worker never lets its event loop turn, so it is ended by a signal. */
async function stopWorkers(): Promise<void> {
  const stopping = working
  working = []
  await Promise.all(
    stopping.map(async (child) => {
      const exit = once(child, 'exit')
      child.kill()
      await exit
    }),
  )
}

/** plainjob keeps no results and no attempts: what can be proved is that every job is done. */
function readBack(file: string, jobs: number): void {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  const row: unknown = db.prepare('SELECT count(*) AS done FROM plainjob_jobs WHERE status = ?').get(DONE)
  db.close()
  const { done } = z.object({ done: z.number() }).parse(row)
  if (done !== jobs) throw new Error(`plainjob finished ${String(done)} of ${String(jobs)} jobs`)
}
