import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { OwnedEngine } from '../../electron/engine/create-engine.ts'
import { readLog } from '../../electron/engine/store/log-store.ts'
import type { NewJob } from '../../shared/job-spec.ts'
import { outputInput, type Reply } from '../harness/contract.ts'
import { watchLoopDelay } from '../harness/loop-delay.ts'
import { perSecond } from '../harness/stats.ts'
import { FloodCheck } from './flood-check.ts'
import { endOf, openEngine, startWorkers } from './owned-engine.ts'

const FLOOD_SCRIPT = fileURLToPath(new URL('jobs/flood.ts', import.meta.url))
/** The head of a log holds half of its cap. */
const CAP_FOR_EACH_BYTE = 2
/** Room for what is rounded up to whole blocks. */
const CAP_MARGIN_BYTES = 1_048_576

/** The call `output` of harness/contract.ts. */
export async function output(raw: unknown): Promise<Reply> {
  const { directory, jobs, seconds, bytes_per_s } = outputInput.parse(raw)
  const bytes = (bytes_per_s * seconds) / jobs
  const owned = await openEngine(directory, jobs)
  await startWorkers(owned, jobs)
  const ended = endOf(owned, jobs)
  const stopWatching = watchLoopDelay()
  const start = performance.now()
  const list = Array.from({ length: jobs }, (_, n) => floodJob(n, bytes, bytes_per_s / jobs))
  const { first_id } = await owned.engine.submit(list)
  await ended
  const took_ms = performance.now() - start
  const delays = stopWatching()
  for (let n = 0; n < jobs; n++) await checkLog(owned, first_id + n, bytes)
  await owned.close()
  return { bytes_per_s: perSecond(bytes * jobs, took_ms), bytes: bytes * jobs, ...delays }
}

function floodJob(n: number, bytes: number, bytes_per_s: number): NewJob {
  const argv = [process.execPath, FLOOD_SCRIPT, String(bytes), String(bytes_per_s)]
  const log_max_bytes = Math.ceil(bytes * CAP_FOR_EACH_BYTE) + CAP_MARGIN_BYTES
  return {
    spec: {
      name: `flood ${String(n)}`,
      task: { kind: 'command', argv, shell_command: null },
      cwd: '/',
      log_max_bytes,
    },
  }
}

async function checkLog({ engine, paths }: OwnedEngine, job_id: number, bytes: number): Promise<void> {
  const page = await engine.store.query({ type: 'job', job_id })
  const attempt = page?.attempts[0]
  if (attempt === undefined) throw new Error(`Flood job ${String(job_id)} has no attempt`)
  const flood = new FloodCheck(bytes)
  for await (const record of readLog(paths.logs, attempt.id)) {
    if (record.stream === 'note') throw new Error('The output of a flood job was cut')
    flood.feed(record.stream, record.bytes)
  }
  flood.end()
}
