/** Floor of `output`: a bare process that lets the flood jobs' pipes run straight into files. */
import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { outputInput, type Reply } from '../harness/contract.ts'
import { watchLoopDelay } from '../harness/loop-delay.ts'
import { serve } from '../harness/serve.ts'
import { perSecond } from '../harness/stats.ts'
import { FloodCheck } from '../subject/flood-check.ts'
import type { FloodStream } from '../subject/jobs/flood-format.ts'

const FLOOD_SCRIPT = fileURLToPath(new URL('../subject/jobs/flood.ts', import.meta.url))

serve({ output })

async function output(raw: unknown): Promise<Reply> {
  const { directory, jobs, seconds, bytes_per_s } = outputInput.parse(raw)
  const each = (bytes_per_s * seconds) / jobs
  const logs = Array.from({ length: jobs }, (_, index) => join(directory, `job-${String(index)}`))
  const stopWatching = watchLoopDelay()
  const start = performance.now()
  await Promise.all(logs.map((log) => capture(log, each, bytes_per_s / jobs)))
  const took_ms = performance.now() - start
  const delays = stopWatching()
  for (const log of logs) await check(log, each)
  return { bytes_per_s: perSecond(each * jobs, took_ms), ...delays }
}

async function capture(log: string, bytes: number, bytesPerSecond: number): Promise<void> {
  const child = spawn(process.execPath, [FLOOD_SCRIPT, String(bytes), String(bytesPerSecond)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await Promise.all([
    pipeline(child.stdout, createWriteStream(`${log}.stdout`)),
    pipeline(child.stderr, createWriteStream(`${log}.stderr`)),
  ])
}

async function check(log: string, bytes: number): Promise<void> {
  const flood = new FloodCheck(bytes)
  const streams: readonly FloodStream[] = ['stdout', 'stderr']
  for (const stream of streams) {
    for await (const chunk of createReadStream(`${log}.${stream}`)) {
      if (chunk instanceof Uint8Array) flood.feed(stream, chunk)
    }
  }
  flood.end()
}
