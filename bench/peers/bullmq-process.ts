/** BullMQ on a Redis with `appendfsync always` as a contender: harness/contract.ts says what each call does. */
import { performance } from 'node:perf_hooks'
import { Queue, Worker, type Job } from 'bullmq'
import { z } from 'zod'
import { onceInput, openInput, type Reply } from '../harness/contract.ts'
import { serve } from '../harness/serve.ts'
import { findProgram } from '../harness/tools.ts'
import noop from '../subject/jobs/noop.mjs'
import { RedisServer } from './redis-server.ts'

const QUEUE_NAME = 'noop'

/** What was swept; the defaults here are the best of it (bench/README.md). */
const openSweepInput = openInput.extend({
  transport: z.enum(['tcp', 'socket']).default('socket'),
  concurrency: z.number().int().positive().default(1),
  remove: z.boolean().default(false),
})
const dataSchema = z.object({ n: z.number() })

interface Open {
  readonly queue: Queue
  readonly worker: Worker
  readonly redis: RedisServer
  readonly ended: Map<number, (result: unknown) => void>
}

let open: Open | undefined

serve({ open: openQueue, once: runOne }, close)

async function openQueue(raw: unknown): Promise<Reply> {
  const { directory, transport, concurrency, remove } = openSweepInput.parse(raw)
  const program = findProgram('redis-server')
  if (program === undefined) throw new Error('redis-server is not installed')
  const redis = await RedisServer.start(program, directory)
  const address = transport === 'socket' ? { path: redis.socket } : { host: '127.0.0.1', port: redis.port }
  const connection = { ...address, maxRetriesPerRequest: null }
  const queue = new Queue(QUEUE_NAME, { connection, defaultJobOptions: { removeOnComplete: remove } })
  const worker = new Worker(QUEUE_NAME, (job) => noop(dataSchema.parse(job.data)), {
    connection,
    concurrency,
  })
  const ended: Open['ended'] = new Map()
  worker.on('completed', (job: Job, result: unknown) => {
    const { n } = dataSchema.parse(job.data)
    ended.get(n)?.(result)
    ended.delete(n)
  })
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()])
  open = { queue, worker, redis, ended }
  return {}
}

async function runOne(raw: unknown): Promise<Reply> {
  const { n } = onceInput.parse(raw)
  if (!open) throw new Error('Call open first')
  const { promise, resolve } = Promise.withResolvers<unknown>()
  open.ended.set(n, resolve)
  const start = performance.now()
  await open.queue.add(QUEUE_NAME, { n })
  const result = await promise
  const latency_ms = performance.now() - start
  if (dataSchema.parse(result).n !== n)
    throw new Error(`BullMQ answered job ${String(n)} with another's result`)
  return { latency_ms }
}

async function close(): Promise<void> {
  if (!open) return
  await Promise.all([open.queue.close(), open.worker.close()])
  await open.redis.stop()
}
