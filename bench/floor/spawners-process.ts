/** Floor of `command`: forked Node processes that do nothing but spawn /bin/true and take its output. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { commandsInput, type Reply } from '../harness/contract.ts'
import { serve } from '../harness/serve.ts'
import { perSecond } from '../harness/stats.ts'

const SPAWNER_SCRIPT = fileURLToPath(new URL('spawner.ts', import.meta.url))
const SPAWNERS = 2

serve({ commands })

async function commands(raw: unknown): Promise<Reply> {
  const { jobs } = commandsInput.parse(raw)
  const children = await Promise.all(Array.from({ length: SPAWNERS }, startSpawner))
  const start = performance.now()
  const ran = await Promise.all(children.map((child, index) => runShare(child, shareOf(jobs, index))))
  const took_ms = performance.now() - start
  for (const child of children) child.disconnect()
  const total = ran.reduce((sum, count) => sum + count, 0)
  if (total !== jobs) throw new Error(`The spawners ran ${String(total)} of ${String(jobs)} commands`)
  return { jobs_per_s: perSecond(jobs, took_ms) }
}

async function startSpawner(): Promise<ChildProcess> {
  const child = fork(SPAWNER_SCRIPT, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  await once(child, 'message')
  return child
}

async function runShare(child: ChildProcess, count: number): Promise<number> {
  const answer = once(child, 'message')
  child.send(count)
  const [ran] = z
    .tuple([z.number()])
    .rest(z.unknown())
    .parse(await answer)
  return ran
}

function shareOf(jobs: number, index: number): number {
  return Math.floor(((index + 1) * jobs) / SPAWNERS) - Math.floor((index * jobs) / SPAWNERS)
}
