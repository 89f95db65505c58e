import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { JobyardError, missingCase, serialiseError } from '../../shared/errors.ts'
import type { SerialisedError } from '../../shared/errors.ts'
import { UNASKED_RECALL_ID, WORKER_EXIT_CODES } from '../../shared/worker-protocol.ts'
import type { Outcome, RunOrder, ToWorker, WorkerEvent, WorkerInit } from '../../shared/worker-protocol.ts'
import { KILL_DEADLINE_MS } from '../process/process-group.ts'
import type { Attempt, WorkerContext } from './attempt.ts'
import { MAX_TIMER_MS } from './attempt.ts'
import type { Channel } from './channel.ts'
import { EventBatch } from './event-batch.ts'
import { keepBaseEnvironment } from './job-environment.ts'
import { ModuleAttempt } from './module-attempt.ts'
import { ModuleLoader } from './module-loader.ts'
import { NodeFinder } from './node-finder.ts'
import { OutputCapture } from './output-capture.ts'
import { OwnerWatch } from './owner-watch.ts'
import { ProcessAttempt } from './process-attempt.ts'
import { StartFile } from './start-file.ts'

/** Between jobs handed ahead the event loop turns after so many of them, or so long: else no recall would be seen. */
const TURN_JOBS = 128
const TURN_MS = 1
const LONG_TURN_MS = 20
/** The owner takes what we sent, or is gone, within this time. */
const FLUSH_TIMEOUT_MS = 2_000
/** What a job's end may take beyond its grace and the kill, when the owner is gone. */
const LAST_MARGIN_MS = 1_000

/** The life of one worker: takes orders, runs them one after the other, reports. */
export class WorkerSession {
  readonly #channel: Channel
  readonly #events: EventBatch
  readonly #ownerWatch: OwnerWatch | null
  #context: WorkerContext | null = null
  #queue: RunOrder[] = []
  #current: Attempt | null = null
  #verbs: Promise<void> = Promise.resolve()
  #busy = false
  #shutdown = false
  /** It is decided that this process ends: nothing is started any more. */
  #leaving = false
  #ending = false

  constructor(channel: Channel) {
    this.#channel = channel
    this.#events = new EventBatch((message) => {
      channel.post(message)
    })
    this.#ownerWatch = channel.outlives_owner ? new OwnerWatch() : null
  }

  receive(message: ToWorker): void {
    switch (message.type) {
      case 'init':
        this.#init(message)
        return
      case 'run':
        this.#take(message.orders, message.reset_starts)
        return
      case 'run-file':
        this.#take(readOrders(message.path), message.reset_starts)
        return
      case 'recall':
        this.#recall(message.recall_id)
        return
      case 'stop':
        this.#stop(message)
        return
      case 'suspend':
      case 'resume':
        // One after the other: a resume must not be overtaken by the suspend before it.
        this.#verbs = this.#verbs.then(() => this.#suspendOrResume(message.type, message.attempt_id))
        return
      case 'shutdown':
        this.#shutdown = true
        if (!this.#busy) void this.#exit(WORKER_EXIT_CODES.asked)
        return
      default:
        missingCase(message)
    }
  }

  #init(init: WorkerInit): void {
    try {
      keepBaseEnvironment()
      for (const dir of [init.log_dir, init.script_dir, init.result_dir]) {
        mkdirSync(dir, { recursive: true, mode: 0o700 })
      }
      this.#context = {
        init,
        start_file: new StartFile(init.start_file),
        modules: new ModuleLoader(),
        nodes: new NodeFinder(),
        output: new OutputCapture(),
        emit: (event) => {
          this.#events.push(event)
        },
        short_modules: new Set(),
        emitPatiently: (event) => {
          this.#events.pushPatiently(event)
        },
        emitNow: (event) => {
          this.#events.push(event)
          this.#events.flush()
        },
      }
      this.#channel.post({ type: 'ready', pid: process.pid })
    } catch (error) {
      const message = `The worker cannot use the data directory: ${serialiseError(error).message}`
      this.#channel.post({ type: 'init-failed', error: { code: 'DATA_DIR_UNUSABLE', message } })
      void this.#exit(WORKER_EXIT_CODES.fault)
    }
  }

  #take(orders: readonly RunOrder[], reset_starts: boolean): void {
    if (this.#context === null) throw new JobyardError('PROTOCOL_ERROR', 'Orders came before `init`.')
    // What was not started goes back to the queue when this process is gone.
    if (this.#leaving || this.#ending) return
    if (reset_starts && !this.#busy) this.#context.start_file.reset()
    this.#queue.push(...orders)
    if (!this.#busy) void this.#work(this.#context)
  }

  /** Runs what is queued, to the end of the queue. */
  async #work(context: WorkerContext): Promise<void> {
    this.#busy = true
    context.modules.expectChanges()
    let turned_at = performance.now()
    let jobs = 0
    for (let order = this.#queue.shift(); order !== undefined; order = this.#queue.shift()) {
      const outcome = markFault(order.attempt_id, context) ?? (await this.#runAttempt(order, context))
      const must_exit = this.#report(order, outcome)
      if (must_exit) await this.#exit(WORKER_EXIT_CODES.stopped_module)
      if (this.#ending) return
      // A process lets the event loop turn while it runs, and what waits for its end is told of several at a time.
      if (order.task.kind !== 'module') continue
      jobs += 1
      const ran_ms = performance.now() - turned_at
      if (jobs < TURN_JOBS && ran_ms < TURN_MS) continue
      this.#events.flush()
      await turn()
      // After the first turn messages may still be unread. What came while a job did not yield comes before the next job.
      if (ran_ms > LONG_TURN_MS) await turn()
      turned_at = performance.now()
      jobs = 0
    }
    this.#busy = false
    this.#events.flush()
    if (this.#shutdown) void this.#exit(WORKER_EXIT_CODES.asked)
  }

  /** @returns true where this process must end, because the job goes on in it */
  #report({ attempt_id, task }: RunOrder, outcome: Outcome): boolean {
    const must_exit = this.#current?.must_exit ?? false
    this.#current = null
    // Reported already by `fail`; and a job that nobody but our own end has stopped is a lost one to the owner.
    if (this.#ending || (this.#leaving && outcome.stopped)) return false
    const ended: WorkerEvent = { type: 'ended', attempt_id, at_ms: Date.now(), outcome }
    if (task.kind !== 'module' && this.#queue.length > 0) this.#events.pushPatiently(ended)
    else this.#events.push(ended)
    return must_exit
  }

  #runAttempt(order: RunOrder, context: WorkerContext): Promise<Outcome> {
    const { task } = order
    switch (task.kind) {
      case 'command':
      case 'script':
        this.#current = new ProcessAttempt(order, task, context)
        break
      case 'module':
        this.#ownerWatch?.watch(order.stop.grace_ms)
        this.#current = new ModuleAttempt(order, task, context)
        break
      default:
        return missingCase(task)
    }
    return this.#current.run()
  }

  #recall(recall_id: number): void {
    this.#current?.announce()
    const attempt_ids = this.#queue.map(({ attempt_id }) => attempt_id)
    this.#queue = []
    this.#events.push({ type: 'recalled', recall_id, attempt_ids })
    this.#events.flush()
  }

  #stop({ attempt_id, stop }: Extract<ToWorker, { type: 'stop' }>): void {
    if (this.#current?.order.attempt_id === attempt_id) {
      this.#current.stop(stop)
      return
    }
    const at = this.#queue.findIndex((order) => order.attempt_id === attempt_id)
    // Unknown: it has ended, and the owner will read so in a moment.
    if (at < 0) return
    this.#queue.splice(at, 1)
    this.#events.push({ type: 'recalled', recall_id: UNASKED_RECALL_ID, attempt_ids: [attempt_id] })
    this.#events.flush()
  }

  async #suspendOrResume(verb: 'suspend' | 'resume', attempt_id: number): Promise<void> {
    try {
      const current = this.#current
      if (current?.order.attempt_id !== attempt_id) {
        throw new JobyardError('WRONG_STATE', `This job is not running, so there is nothing to ${verb}.`)
      }
      if (verb === 'suspend') await current.suspend()
      else current.resume()
      this.#events.push({ type: verb === 'suspend' ? 'suspended' : 'resumed', attempt_id, at_ms: Date.now() })
    } catch (error) {
      this.#events.push({ type: 'refused', attempt_id, verb, error: serialiseError(error) })
    }
    this.#events.flush()
  }

  /** The owner is gone, or somebody else wants this process to end: what runs is ended by its own stop policy. */
  async leave(): Promise<void> {
    if (this.#leaving || this.#ending) return
    this.#leaving = true
    this.#queue = []
    const current = this.#current
    if (current !== null) {
      const { stop } = current.order
      current.stop(stop)
      const longest_ms = stop.grace_ms + KILL_DEADLINE_MS + LAST_MARGIN_MS
      await Promise.race([this.#idle(), after(Math.min(MAX_TIMER_MS, longest_ms))])
    }
    await this.#exit(WORKER_EXIT_CODES.owner_gone)
  }

  /** Polled, because this happens once in a life and would else cost every job something. */
  async #idle(): Promise<void> {
    while (this.#current !== null) await after(10)
  }

  /** An error that nobody caught: nothing in this process can be relied on any more. */
  async fail(error: unknown): Promise<void> {
    if (this.#ending) return
    this.#ending = true
    const current = this.#current
    const outcome = current?.abandon(error) ?? null
    if (current !== null && outcome !== null) {
      const { attempt_id } = current.order
      this.#events.push({ type: 'ended', attempt_id, at_ms: Date.now(), outcome })
    }
    await this.#exit(WORKER_EXIT_CODES.fault)
  }

  /** In the 'exit' event: a module may have called `process.exit`. What had been done and printed is still told. */
  lastWords(): void {
    if (!this.#ending) this.#current?.abandon(new Error('The process exited.'))
    this.#events.flush()
  }

  async #exit(code: number): Promise<void> {
    this.#ending = true
    this.#events.flush()
    await Promise.race([this.#channel.flushed(), after(FLUSH_TIMEOUT_MS)])
    process.exit(code)
  }
}

/** Notes that the attempt is acted on. Where that cannot be written nothing may be done: after a crash it would run again. */
function markFault(attempt_id: number, context: WorkerContext): Outcome | null {
  try {
    context.start_file.mark(attempt_id)
    return null
  } catch (error) {
    context.emit({ type: 'started', attempt_id, at_ms: Date.now(), pid: null, process_start: null })
    const message = `The start of the job could not be written down, so it was not started: ${serialiseError(error).message}. Check the disk.`
    const told: SerialisedError = { code: 'STORE_FAILED', message }
    return {
      cause: 'spawn-error',
      exit_code: null,
      signal: null,
      error: told,
      stopped: false,
      result: null,
      log: null,
    }
  }
}

/** The owner wrote the file in this version's own words. @throws where it cannot be read: the orders in it are unknown then */
function readOrders(path: string): RunOrder[] {
  const orders: unknown = JSON.parse(readFileSync(path, 'utf8'))
  rmSync(path, { force: true })
  if (isOrders(orders)) return orders
  throw new JobyardError('PROTOCOL_ERROR', `${path} does not hold orders.`)
}

function isOrders(value: unknown): value is RunOrder[] {
  return (
    Array.isArray(value) &&
    value.every((order) => typeof order === 'object' && order !== null && 'attempt_id' in order)
  )
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
