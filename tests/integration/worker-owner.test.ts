import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunOrder } from '../../shared/worker-protocol.ts'
import { TestWorker, WORKER_ENTRY, eventually, isAlive, moduleTask, shell } from './worker-harness.ts'

const OWNER = join(import.meta.dirname, '../fixtures/worker-process/owner.ts')

/** Used for its directory and its words; its own worker stays idle. */
let bench: TestWorker

beforeEach(() => {
  bench = new TestWorker()
})

afterEach(async () => {
  await bench.dispose()
})

interface Owner {
  readonly worker_pid: number
  /** Dies without a word, as by a crash. */
  die(): void
}

/** Starts an owner process with a worker that runs the orders; resolves when the first has started. */
async function startOwner(...orders: RunOrder[]): Promise<Owner> {
  const init = { ...bench.init, start_file: join(bench.dir, 'starts-2') }
  const child = spawn(process.execPath, [OWNER, WORKER_ENTRY, JSON.stringify(init), JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let worker_pid = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const said: unknown = JSON.parse(line)
    if (typeof said !== 'object' || said === null) continue
    if ('worker' in said) worker_pid = Number(said.worker)
    if ('type' in said && said.type === 'started') break
  }
  return { worker_pid, die: () => child.kill('SIGKILL') }
}

test('when the owner is killed, the job’s tree and the worker end', async () => {
  const owner = await startOwner(bench.order(1, shell(`sh -c 'echo $$; exec sleep 60' & echo $$; wait`)))
  await eventually(() => bench.text(1).split('\n').length === 3, 'two pids')
  const pids = bench.text(1).trim().split('\n').map(Number)
  owner.die()
  await eventually(() => ![...pids, owner.worker_pid].some(isAlive), 'the end of all')
})

test('when the owner is killed, a job that ignores its stop signal dies after its grace, and what left its group too', async () => {
  const daemon = process.platform === 'linux' ? `setsid sh -c 'trap "" TERM; echo $$; exec sleep 60' &` : ''
  const order = bench.order(1, shell(`trap '' TERM; ${daemon} echo $$; while :; do sleep 0.02; done`), {
    stop: { signal: 'SIGTERM', grace_ms: 200 },
  })
  const owner = await startOwner(order)
  const count = daemon === '' ? 1 : 2
  await eventually(() => bench.text(1).split('\n').length === count + 1, 'the pids')
  const pids = bench.text(1).trim().split('\n').map(Number)
  owner.die()
  await eventually(() => ![...pids, owner.worker_pid].some(isAlive), 'the end of all')
})

test('when the owner is killed, a module job is aborted, and the next one is not begun', async () => {
  const path = bench.file(
    'a.mjs',
    `export default async (input, job) => {
       console.log('begun')
       await new Promise((resolve) => job.signal.addEventListener('abort', resolve))
       console.log('aborted')
     }`,
  )
  const owner = await startOwner(bench.order(1, moduleTask(path)), bench.order(2, moduleTask(path)))
  owner.die()
  await eventually(() => !isAlive(owner.worker_pid), 'the end of the worker')
  expect(bench.text(1)).toBe('begun\naborted\n')
  expect(bench.text(2)).toBe('')
})

test('when the owner is killed, a module job that blocks the event loop does not outlive it', async () => {
  const path = bench.file('a.mjs', 'export default () => { for (;;); }')
  const order = bench.order(1, moduleTask(path), { stop: { signal: 'SIGTERM', grace_ms: 100 } })
  const owner = await startOwner(order)
  owner.die()
  await eventually(() => !isAlive(owner.worker_pid), 'the end of the worker')
})

test('SIGTERM from somebody else ends the job and the worker, with a code that says so', async () => {
  bench.run(bench.order(1, shell('echo $$; exec sleep 60')))
  const { pid } = await bench.started(1)
  process.kill(bench.process.pid ?? 0, 'SIGTERM')
  expect(await bench.exited()).toMatchObject({ code: 76, stopped: false })
  expect(isAlive(pid ?? 0)).toBe(false)
  // To the owner the job is lost with its worker: it had not asked for the end.
  expect(bench.find('ended')).toBeUndefined()
})

test('a worker is deaf to Ctrl-C and a closed terminal', async () => {
  await bench.until(() => bench.messages.length > 0, 'ready')
  process.kill(bench.process.pid ?? 0, 'SIGINT')
  process.kill(bench.process.pid ?? 0, 'SIGHUP')
  expect(await bench.shell(1, 'echo still here')).toMatchObject({ exit_code: 0 })
})
