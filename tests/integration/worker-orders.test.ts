import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { forkWorkerProcess } from '../../electron/engine/worker-pool/fork-worker-process.ts'
import type { WorkerExit } from '../../electron/engine/worker-pool/worker-process.ts'
import type { FromWorker } from '../../shared/worker-protocol.ts'
import { TestWorker, WORKER_ENTRY, moduleTask, shell } from './worker-harness.ts'

const workers: TestWorker[] = []

function newWorker(...args: ConstructorParameters<typeof TestWorker>): TestWorker {
  const worker = new TestWorker(...args)
  workers.push(worker)
  return worker
}

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.dispose()
})

test('a worker that is initialised says so with its pid', async () => {
  const worker = newWorker()
  await worker.until(() => worker.messages.length > 0, 'ready')
  expect(worker.messages).toEqual([{ type: 'ready', pid: worker.process.pid }])
})

test('a worker that cannot use the data directory says why and ends', async () => {
  const worker = newWorker({ init: { start_file: '/no/such/folder/starts' } })
  expect(await worker.exited()).toMatchObject({ code: 1 })
  expect(worker.messages).toMatchObject([{ type: 'init-failed', error: { code: 'DATA_DIR_UNUSABLE' } }])
})

test('jobs handed ahead run in order, one after the other, and report in arrays', async () => {
  const worker = newWorker()
  const path = worker.file('a.mjs', 'export default async (input) => input')
  const ids = Array.from({ length: 500 }, (_, index) => index + 1)
  worker.run(...ids.map((attempt_id) => worker.order(attempt_id, moduleTask(path, attempt_id))))
  await worker.ended(500)
  const said = worker.events.map((event) => `${event.type} ${'attempt_id' in event ? event.attempt_id : ''}`)
  expect(said).toEqual(ids.flatMap((id) => [`started ${id}`, `ended ${id}`]))
  expect(worker.messages.length).toBeLessThan(200)
  expect(worker.starts()).toEqual(ids.map(String))
})

test('a recall gives back what has not started, also between jobs that never wait', async () => {
  const worker = newWorker()
  const path = worker.file(
    'a.mjs',
    'export default () => { const end = performance.now() + 2; while (performance.now() < end); }',
  )
  worker.run(...Array.from({ length: 1_000 }, (_, index) => worker.order(index + 1, moduleTask(path))))
  await worker.ended(5)
  worker.process.send({ type: 'recall', recall_id: 9 })
  const { attempt_ids } = await worker.event('recalled', ({ recall_id }) => recall_id === 9)
  const first = attempt_ids[0] ?? 0
  expect(attempt_ids).toEqual(Array.from({ length: 1_000 - first + 1 }, (_, index) => first + index))
  expect(first).toBeLessThan(900)
  // The one that runs meanwhile ends; none of those given back was marked.
  await worker.ended(first - 1)
  expect(worker.starts().at(-1)).toBe(String(first - 1))
})

test('a recall when nothing waits is answered with nothing', async () => {
  const worker = newWorker()
  worker.process.send({ type: 'recall', recall_id: 1 })
  expect(await worker.event('recalled')).toEqual({ type: 'recalled', recall_id: 1, attempt_ids: [] })
})

test('a job that blocks the event loop is reported as started first', async () => {
  const worker = newWorker()
  const path = worker.file('a.mjs', 'export default () => { for (;;); }')
  worker.run(worker.order(1, moduleTask(path)))
  expect(await worker.started(1)).toMatchObject({ pid: null, process_start: null })
})

test('orders from a file run, and the file is removed', async () => {
  const worker = newWorker()
  const path = join(worker.dir, 'orders.json')
  writeFileSync(path, JSON.stringify([worker.order(1, shell(`: ${'x'.repeat(100_000)}; echo ran`))]))
  worker.process.send({ type: 'run-file', path, reset_starts: false })
  await worker.ended(1)
  expect(worker.text(1)).toBe('ran\n')
  expect(() => readFileSync(path)).toThrow('ENOENT')
})

test('the start file is emptied when the owner allows it, not while something runs', async () => {
  const worker = newWorker()
  await worker.shell(1, 'true')
  worker.run(worker.order(2, shell('sleep 0.3')))
  worker.process.send({ type: 'run', orders: [worker.order(3, shell('true'))], reset_starts: true })
  await worker.ended(3)
  expect(worker.starts().filter((line) => !line.includes(' '))).toEqual(['1', '2', '3'])
  worker.process.send({ type: 'run', orders: [worker.order(4, shell('true'))], reset_starts: true })
  await worker.ended(4)
  expect(worker.starts().filter((line) => !line.includes(' '))).toEqual(['4'])
})

test('shutdown ends an idle worker at once, and a busy one after its orders', async () => {
  const idle = newWorker()
  idle.process.send({ type: 'shutdown' })
  expect(await idle.exited()).toMatchObject({ code: 0 })
  const busy = newWorker()
  busy.run(busy.order(1, shell('sleep 0.2; echo one')), busy.order(2, shell('echo two')))
  await busy.started(1)
  busy.process.send({ type: 'shutdown' })
  expect(await busy.exited()).toMatchObject({ code: 0 })
  expect(busy.find('ended', (event) => event.attempt_id === 2)?.outcome.exit_code).toBe(0)
})

test('a worker that runs a job module with open handles still shuts down', async () => {
  const worker = newWorker()
  const path = worker.file('a.mjs', 'export default () => { setInterval(() => undefined, 1000) }')
  await worker.module(1, path)
  worker.process.send({ type: 'shutdown' })
  expect(await worker.exited()).toMatchObject({ code: 0 })
})

test('a worker that dies by SIGKILL leaves an order to read from: what it had begun is marked', async () => {
  const worker = newWorker()
  const path = worker.file('a.mjs', 'export default () => new Promise(() => undefined)')
  worker.run(...[1, 2, 3].map((attempt_id) => worker.order(attempt_id, moduleTask(path))))
  await worker.started(1)
  worker.process.kill()
  expect(await worker.exited()).toMatchObject({ signal: 'SIGKILL', stopped: false })
  expect(worker.starts()).toEqual(['1'])
})

/** The worker as a utility process of Electron sees it: `process.parentPort` in place of `process.send`. */
test('the worker also speaks over a parent port', async () => {
  const dir = newWorker().dir
  const entry = join(dir, 'port-worker.mjs')
  // Only what electron.d.ts promises: `on('message')` with the value in `data`, and `postMessage`.
  writeFileSync(
    entry,
    `import { EventEmitter } from 'node:events'
     const send = process.send.bind(process)
     const port = new EventEmitter()
     port.postMessage = (value) => { send(structuredClone(value)) }
     const early = []
     process.on('message', (data) => (port.listenerCount('message') > 0 ? port.emit('message', { data }) : early.push(data)))
     // Electron keeps what comes before the first listener.
     port.on('newListener', () => setImmediate(() => { for (const data of early.splice(0)) port.emit('message', { data }) }))
     delete process.send
     process.parentPort = port
     await import(${JSON.stringify(WORKER_ENTRY)})`,
  )
  const messages: FromWorker[] = []
  const exit = Promise.withResolvers<WorkerExit>()
  const child = forkWorkerProcess({ entry })({
    onMessage: (message) => {
      messages.push(message)
      if (message.type === 'ready') child.send({ type: 'shutdown' })
    },
    onBadMessage: (detail) => {
      exit.reject(new Error(detail))
    },
    onOutput: () => undefined,
    onExit: exit.resolve,
  })
  child.send({
    type: 'init',
    worker_id: 1,
    data_id: 'd',
    start_file: join(dir, 'starts-2'),
    log_dir: join(dir, 'logs'),
    script_dir: join(dir, 'scripts'),
    result_dir: join(dir, 'results'),
  })
  expect(await exit.promise).toMatchObject({ code: 0 })
  expect(messages.map(({ type }) => type)).toEqual(['ready'])
})
