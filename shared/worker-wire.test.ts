import { expect, test } from 'vitest'
import { fromWorkerWireSchema } from './worker-protocol-schema.ts'
import type { FromWorker, Outcome, RunOrder, ToWorker, WorkerEvent } from './worker-protocol.ts'
import { packFromWorker, packToWorker, unpackFromWorker, unpackToWorker } from './worker-wire.ts'

const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

const returned: Outcome = {
  cause: 'exit',
  exit_code: 0,
  signal: null,
  error: null,
  stopped: false,
  result: null,
  log: null,
}

function order(
  attempt_id: number,
  like: Pick<RunOrder, 'task' | 'stop' | 'env'>,
  more: Partial<RunOrder> = {},
): RunOrder {
  return {
    ...like,
    attempt_id,
    job_id: attempt_id + 100,
    number: 1,
    name: `job ${attempt_id}`,
    cwd: '/',
    log_max_bytes: 7,
    ...more,
  }
}

function alike(module: string): Pick<RunOrder, 'task' | 'stop' | 'env'> {
  return { task: { kind: 'module', module }, stop: { signal: 'SIGTERM', grace_ms: 5 }, env: { A: 'b' } }
}

function run(attempt_id: number, outcome: Outcome): WorkerEvent[] {
  return [
    { type: 'started', attempt_id, at_ms: 10, pid: null, process_start: null },
    { type: 'ended', attempt_id, at_ms: 12.5, outcome },
  ]
}

function reports(...events: WorkerEvent[]): FromWorker {
  return { type: 'events', events }
}

test('orders arrive as they were, and what they have in common is sent once', () => {
  const one = alike('/one.mjs')
  const two = alike('/two.mjs')
  const message: ToWorker = {
    type: 'run',
    reset_starts: true,
    orders: [
      order(1, one, { input_json: '{"a":"\\n"}' }),
      order(2, two),
      order(3, one, { input_json: 'null' }),
      order(4, one, { cwd: '/elsewhere' }),
    ],
  }
  const wire = overTheWire(packToWorker(message))
  expect(unpackToWorker(wire)).toEqual(message)
  expect(JSON.stringify(wire).split('/one.mjs')).toHaveLength(3)
})

test('reports arrive as they were, in order', () => {
  const message = reports(
    ...run(1, returned),
    ...run(2, { ...returned, result: { json: '{"n":2}' } }),
    ...run(3, {
      ...returned,
      cause: 'exception',
      exit_code: null,
      error: { code: 'MODULE_THREW', message: 'no' },
    }),
    ...run(4, { ...returned, log: { stdout_bytes: 1, stderr_bytes: 0, cut_bytes: 0 } }),
    ...run(5, { ...returned, result: { file: '/results/5.json', bytes: 100_000 } }),
    ...run(6, { ...returned, stopped: true }),
    ...run(7, returned),
    { type: 'started', attempt_id: 8, at_ms: 1, pid: null, process_start: null },
    { type: 'progress', attempt_id: 8, progress: 0.5, message: null },
    { type: 'ended', attempt_id: 8, at_ms: 2, outcome: returned },
    { type: 'started', attempt_id: 9, at_ms: 1, pid: 77, process_start: 'then' },
    { type: 'ended', attempt_id: 9, at_ms: 2, outcome: returned },
    { type: 'recalled', recall_id: 1, attempt_ids: [] },
  )
  const wire = fromWorkerWireSchema.parse(overTheWire(packFromWorker(message)))
  expect(wire.type === 'events' && wire.events.length).toBe(16)
  expect(unpackFromWorker(wire)).toEqual(message)
})

test.each([
  [[1, 2, 3]],
  [['1', 2, 3, null]],
  [[1, 2, '3', null]],
  [[1, 2, 3, 4]],
  [[1.5, 2, 3, null]],
  [{ 0: 1, 1: 2, 2: 3, 3: null, length: 4 }],
])('a row that is none does not parse: %j', (row) => {
  const message = { type: 'events', events: [{ type: 'returned', rows: [[1, 2, 3, null], row] }] }
  expect(fromWorkerWireSchema.safeParse(message).success).toBe(false)
})
