/**
 * How the messages that every job is part of look between the processes. What jobs that were made alike have in common is
 * said once a message, and values stand in rows without the names of their fields: both ends spend most of their time on
 * an order or a report in turning it into text and back.
 */
import type { FromWorker, Outcome, RunOrder, ToWorker, WorkerEvent } from './worker-protocol.ts'

type CommonOrder = Pick<RunOrder, 'task' | 'cwd' | 'env' | 'stop' | 'log_max_bytes' | 'memory'>

interface PackedRun {
  readonly type: 'run-rows'
  readonly commons: readonly CommonOrder[]
  readonly rows: readonly OrderRow[]
  readonly reset_starts: boolean
}

type OrderRow = readonly [
  common: number,
  attempt_id: number,
  job_id: number,
  number: number,
  name: string,
  input_json: string | null,
]

export type ToWorkerWire = Exclude<ToWorker, { type: 'run' }> | PackedRun

/** Attempts of modules that started, returned, and had nothing else to say. */
export interface PackedReturns {
  readonly type: 'returned'
  readonly rows: readonly ReturnRow[]
}

export type ReturnRow = readonly [
  attempt_id: number,
  started_ms: number,
  ended_ms: number,
  result_json: string | null,
]

export type FromWorkerWire =
  | Exclude<FromWorker, { type: 'events' }>
  | { readonly type: 'events'; readonly events: readonly (WorkerEvent | PackedReturns)[] }

export function packToWorker(message: ToWorker): ToWorkerWire {
  if (message.type !== 'run') return message
  const commons: CommonOrder[] = []
  const indexes = new Map<RunOrder['task'], number>()
  const rows = message.orders.map((order): OrderRow => {
    let index = indexes.get(order.task)
    if (index === undefined || !isCommon(commons[index], order)) {
      const { task, cwd, env, stop, log_max_bytes, memory } = order
      const common = { task, cwd, env, stop, log_max_bytes }
      index = commons.push(memory === undefined ? common : { ...common, memory }) - 1
      indexes.set(task, index)
    }
    return [index, order.attempt_id, order.job_id, order.number, order.name, order.input_json ?? null]
  })
  return { type: 'run-rows', commons, rows, reset_starts: message.reset_starts }
}

function isCommon(common: CommonOrder | undefined, order: RunOrder): boolean {
  return (
    common?.cwd === order.cwd &&
    common.env === order.env &&
    common.stop === order.stop &&
    common.log_max_bytes === order.log_max_bytes &&
    common.memory === order.memory
  )
}

/** The owner is of the same build and trusted. */
export function unpackToWorker(message: ToWorkerWire): ToWorker {
  if (message.type !== 'run-rows') return message
  const orders: RunOrder[] = []
  for (const [index, attempt_id, job_id, number, name, input_json] of message.rows) {
    const common = message.commons[index]
    if (common === undefined) continue
    const { task, cwd, env, stop, log_max_bytes, memory } = common
    const plain = { attempt_id, job_id, number, name, task, cwd, env, stop, log_max_bytes }
    const order = memory === undefined ? plain : { ...plain, memory }
    orders.push(input_json === null ? order : { ...order, input_json })
  }
  return { type: 'run', orders, reset_starts: message.reset_starts }
}

export function packFromWorker(message: FromWorker): FromWorkerWire {
  if (message.type !== 'events') return message
  const events: (WorkerEvent | PackedReturns)[] = []
  let rows: ReturnRow[] | null = null
  for (let at = 0; at < message.events.length; at += 1) {
    const event = message.events[at]
    if (event === undefined) break
    const row = returnRow(event, message.events[at + 1])
    if (row === null) {
      events.push(event)
      rows = null
      continue
    }
    if (rows === null) {
      rows = []
      events.push({ type: 'returned', rows })
    }
    rows.push(row)
    at += 1
  }
  return { type: 'events', events }
}

/** null where the two do not say just that an attempt started and returned. */
function returnRow(event: WorkerEvent, next: WorkerEvent | undefined): ReturnRow | null {
  if (event.type !== 'started' || event.pid !== null || next?.type !== 'ended') return null
  if (event.attempt_id !== next.attempt_id) return null
  const { cause, exit_code, error, stopped, result, log } = next.outcome
  if (cause !== 'exit' || exit_code !== 0 || error !== null || stopped || log !== null) return null
  if (result !== null && !('json' in result)) return null
  return [event.attempt_id, event.at_ms, next.at_ms, result === null ? null : result.json]
}

const RETURNED = {
  cause: 'exit',
  exit_code: 0,
  signal: null,
  error: null,
  stopped: false,
  result: null,
  log: null,
} as const satisfies Outcome

export function unpackFromWorker(message: FromWorkerWire): FromWorker {
  if (message.type !== 'events') return message
  const events: WorkerEvent[] = []
  for (const event of message.events) {
    if (event.type !== 'returned') {
      events.push(event)
      continue
    }
    for (const row of event.rows) {
      // By index, because the iterator of a list pattern costs as much as the events.
      const attempt_id = row[0]
      const json = row[3]
      const outcome: Outcome = json === null ? RETURNED : { ...RETURNED, result: { json } }
      events.push({ type: 'started', attempt_id, at_ms: row[1], pid: null, process_start: null })
      events.push({ type: 'ended', attempt_id, at_ms: row[2], outcome })
    }
  }
  return { type: 'events', events }
}

/** By hand, because a schema library would take longer than everything else that is done for a row. */
export function isReturnRow(value: unknown): value is ReturnRow {
  return (
    Array.isArray(value) &&
    value.length === 4 &&
    Number.isInteger(value[0]) &&
    typeof value[1] === 'number' &&
    typeof value[2] === 'number' &&
    (value[3] === null || typeof value[3] === 'string')
  )
}
