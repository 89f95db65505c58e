/** The composite floor as a contender: harness/contract.ts says what each call does. */
import { performance } from 'node:perf_hooks'
import { onceInput, openInput, workInput, type Reply } from '../harness/contract.ts'
import { serve } from '../harness/serve.ts'
import { perSecond } from '../harness/stats.ts'
import { Floor } from './floor.ts'
import { floorJob } from './job.ts'
import { readBack } from './read-back.ts'

let open: Floor | undefined

serve({ work, open: openIdle, once: runOne }, async () => open?.close())

async function work(raw: unknown): Promise<Reply> {
  const { directory, jobs, workers, priorities } = workInput.parse(raw)
  const floor = await Floor.open(directory, workers, priorities > 1 ? 'priority' : 'id')
  const specs = Array.from({ length: jobs }, (_, n) => floorJob(n, n % priorities))
  const start = performance.now()
  const ended = floor.endOf(jobs)
  floor.queue.submit(specs)
  await ended
  const took_ms = performance.now() - start
  await floor.close()
  readBack(floor.file, jobs)
  return { jobs_per_s: perSecond(jobs, took_ms) }
}

async function openIdle(raw: unknown): Promise<Reply> {
  const { directory, workers } = openInput.parse(raw)
  open = await Floor.open(directory, workers, 'id')
  return {}
}

async function runOne(raw: unknown): Promise<Reply> {
  const { n } = onceInput.parse(raw)
  if (!open) throw new Error('Call open first')
  const start = performance.now()
  const ended = open.endOf(1)
  open.queue.submit([floorJob(n, 0)])
  await ended
  return { latency_ms: performance.now() - start }
}
