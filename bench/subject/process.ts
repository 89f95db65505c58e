/** Our engine as a contender: harness/contract.ts says what each call does. */
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { writeJob } from '../../electron/engine/store/written-job.ts'
import type { OwnedEngine } from '../../electron/engine/create-engine.ts'
import type { CommandTask, NewJob } from '../../shared/job-spec.ts'
import {
  backlogInput,
  commandsInput,
  onceInput,
  openInput,
  sliceInput,
  workInput,
  type Reply,
} from '../harness/contract.ts'
import { serve } from '../harness/serve.ts'
import { BYTES_PER_MB, perSecond } from '../harness/stats.ts'
import { expand, preview, readMemory } from './expand.ts'
import { output } from './output.ts'
import { endOf, noopJob, openEngine, startWorkers } from './owned-engine.ts'
import { readBack } from './read-back.ts'

const COMMAND_WORKERS = 2
/** As many jobs at a time as a reader of job files hands over. */
const BACKLOG_CHUNK = 1_000

let open: OwnedEngine | undefined
let submitted = 0

serve(
  {
    ...{ work, open: openIdle, once: runOne, slice, commands, output, backlog },
    ...{ preview, readMemory, expand },
  },
  async () => open?.close(),
)

async function work(raw: unknown): Promise<Reply> {
  const { directory, jobs, workers, priorities } = workInput.parse(raw)
  const owned = await openEngine(directory, workers)
  await startWorkers(owned, workers)
  const list = Array.from({ length: jobs }, (_, n) => noopJob(n, priorities))
  const ended = endOf(owned, jobs)
  const start = performance.now()
  const { first_id } = await owned.engine.submit(list)
  await ended
  const took_ms = performance.now() - start
  await owned.close()
  readBack(owned.paths.database, first_id, jobs, priorities)
  return { jobs_per_s: perSecond(jobs, took_ms) }
}

async function openIdle(raw: unknown): Promise<Reply> {
  const { directory, workers } = openInput.parse(raw)
  open = await openEngine(directory, Math.max(1, workers))
  if (workers > 0) await startWorkers(open, workers)
  return {}
}

async function runOne(raw: unknown): Promise<Reply> {
  const { n } = onceInput.parse(raw)
  const { engine } = opened()
  const ended = endOf({ engine }, 1)
  const start = performance.now()
  await engine.submit([noopJob(n)])
  await ended
  return { latency_ms: performance.now() - start }
}

/** Nothing works on the queue: the engine was opened and not started. */
async function slice(raw: unknown): Promise<Reply> {
  const { jobs } = sliceInput.parse(raw)
  const { engine, paths } = opened()
  const list = Array.from({ length: jobs }, (_, index) => noopJob(submitted + index))
  submitted += jobs
  const start = performance.now()
  await engine.submit(list)
  const rows_per_s = perSecond(jobs, performance.now() - start)
  return { rows_per_s, database: paths.database, tables: ['job.id', 'job_spec.job_id'] }
}

async function commands(raw: unknown): Promise<Reply> {
  const { directory, jobs } = commandsInput.parse(raw)
  const owned = await openEngine(directory, COMMAND_WORKERS)
  await startWorkers(owned, COMMAND_WORKERS)
  const list = Array.from({ length: jobs }, (_, n) => commandJob(n))
  const ended = endOf(owned, jobs)
  const start = performance.now()
  await owned.engine.submit(list)
  await ended
  const took_ms = performance.now() - start
  await owned.close()
  return { jobs_per_s: perSecond(jobs, took_ms) }
}

function commandJob(n: number): NewJob {
  const task: CommandTask = { kind: 'command', argv: ['/bin/true'], shell_command: null }
  return { spec: { name: `true ${String(n)}`, task, cwd: '/' } }
}

async function backlog(raw: unknown): Promise<Reply> {
  const { directory, jobs } = backlogInput.parse(raw)
  const owned = await openEngine(directory, 1)
  const submission = owned.engine.openSubmission('backlog')
  let peak = 0
  for (let from = 0; from < jobs; from += BACKLOG_CHUNK) {
    const count = Math.min(BACKLOG_CHUNK, jobs - from)
    await submission.add(Array.from({ length: count }, (_, index) => writeJob(noopJob(from + index))))
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  await submission.complete()
  const rss = process.memoryUsage.rss()
  await owned.close()
  return { rss_mb: rss / BYTES_PER_MB, peak_rss_mb: Math.max(peak, rss) / BYTES_PER_MB }
}

function opened(): OwnedEngine {
  if (open === undefined) throw new Error('Call open first')
  return open
}
