import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StopPolicy } from '../../../shared/job-spec.ts'
import { MAX_INLINE_CHARS } from '../../../shared/worker-protocol.ts'
import type { FromWorker, RunOrder, WorkerEvent, WorkerInit } from '../../../shared/worker-protocol.ts'
import type { SerialisedError } from '../../../shared/errors.ts'
import { missingCase } from '../../../shared/errors.ts'
import type { WorkerState, WorkerStatus } from '../../../shared/status.ts'
import { OrderedIds } from './ordered-ids.ts'
import type { WorkerPlace } from './worker-places.ts'
import type { SpawnWorkerProcess, WorkerExit, WorkerProcess } from './worker-process.ts'

/** A worker that is not ready by then is taken for stuck and killed. */
const INIT_TIMEOUT_MS = 30_000
/** A worker that has not ended this long after it was asked to is killed. */
const SHUTDOWN_TIMEOUT_MS = 3_000
/** A start file larger than this is emptied when the worker has nothing in hand. */
const START_FILE_ATTEMPTS = 50_000

export interface RunnerListener {
  onReady(runner: WorkerRunner): void
  onEvents(runner: WorkerRunner, events: readonly WorkerEvent[]): void
  /** Called once, after the last onEvents. */
  onGone(runner: WorkerRunner, exit: WorkerExit): void
  onOutput(runner: WorkerRunner, text: string): void
}

export interface RunnerOptions {
  readonly place: WorkerPlace
  readonly spawn: SpawnWorkerProcess
  readonly init: WorkerInit
  /** Folder for orders that are too large for a message. */
  readonly spool_dir: string
  readonly listener: RunnerListener
  readonly now: () => number
}

/**
 * One worker process from start to end: starting → idle ⇄ busy → stopping → gone. Knows what the worker has in hand
 * (`outstanding`), nothing of queues or groups.
 */
export class WorkerRunner {
  readonly worker_id: number
  readonly start_file: string
  /** Attempts handed over and not ended or recalled, in the order they are run. */
  readonly outstanding = new OrderedIds()
  readonly started_ms: number
  jobs_done = 0
  /** When the worker last said something, or was handed something while it had nothing to do. */
  heard_ms: number
  /** Why it could not be initialised, where it said so. */
  initFault: SerialisedError | null = null
  wasReady = false
  /** It is to end when it has nothing in hand: it gets nothing more. */
  retiring = false
  #state: WorkerState = 'starting'
  #pid: number | null = null
  readonly #process: WorkerProcess
  readonly #options: RunnerOptions
  #deadline: NodeJS.Timeout | null
  #recalls = new Map<number, (attempt_ids: readonly number[]) => void>()
  #nextRecall = 1
  #startsWritten = 0
  #killed = false

  constructor(options: RunnerOptions) {
    this.#options = options
    this.worker_id = options.init.worker_id
    this.start_file = options.init.start_file
    this.started_ms = options.now()
    this.heard_ms = this.started_ms
    this.#deadline = setTimeout(() => {
      this.kill()
    }, INIT_TIMEOUT_MS)
    this.#process = options.spawn({
      onMessage: (message) => {
        this.#receive(message)
      },
      onBadMessage: (detail) => {
        options.listener.onOutput(this, `A message that is not of the protocol was dropped: ${detail}`)
      },
      onOutput: (text) => {
        options.listener.onOutput(this, text)
      },
      onExit: (exit) => {
        this.#gone(exit)
      },
    })
    this.#process.send(options.init)
  }

  get state(): WorkerState {
    return this.#state
  }

  /** We ended it ourselves by SIGKILL. */
  get killed(): boolean {
    return this.#killed
  }

  status(jobOf: (attempt_id: number) => number | undefined): WorkerStatus {
    const job_ids: number[] = []
    for (const attempt_id of this.outstanding) {
      const job_id = jobOf(attempt_id)
      if (job_id !== undefined) job_ids.push(job_id)
    }
    const { worker_id, jobs_done, started_ms } = this
    return {
      ...{ worker_id, ...this.#options.place, pid: this.#pid, state: this.#state },
      ...{ job_ids, jobs_done, started_ms },
    }
  }

  /** Hands orders over; they run one after the other. A worker that is gone reports them lost by `onGone`. */
  run(orders: readonly RunOrder[]): void {
    if (this.outstanding.size === 0) this.heard_ms = this.#options.now()
    const reset_starts = this.outstanding.size === 0 && this.#startsWritten > START_FILE_ATTEMPTS
    this.#startsWritten = reset_starts ? orders.length : this.#startsWritten + orders.length
    for (const order of orders) this.outstanding.add(order.attempt_id)
    if (this.#state === 'idle') this.#state = 'busy'
    let part: RunOrder[] = []
    let chars = 0
    let reset = reset_starts
    const send = (): void => {
      if (part.length === 0) return
      this.#send(part, chars, reset)
      reset = false
      part = []
      chars = 0
    }
    for (const order of orders) {
      const size = orderChars(order)
      if (chars + size > MAX_INLINE_CHARS) send()
      part.push(order)
      chars += size
    }
    send()
  }

  stop(attempt_id: number, stop: StopPolicy): void {
    this.#process.send({ type: 'stop', attempt_id, stop })
  }

  suspend(attempt_id: number): void {
    this.#process.send({ type: 'suspend', attempt_id })
  }

  resume(attempt_id: number): void {
    this.#process.send({ type: 'resume', attempt_id })
  }

  /** A recall was sent and not answered yet. */
  get recalling(): boolean {
    return this.#recalls.size > 0
  }

  /** Takes back what the worker has not started. @returns those attempts; none where the worker is gone */
  recall(): Promise<readonly number[]> {
    if (this.#state === 'gone' || this.outstanding.size === 0) return Promise.resolve([])
    const recall_id = this.#nextRecall
    this.#nextRecall += 1
    return new Promise((resolve) => {
      this.#recalls.set(recall_id, resolve)
      if (!this.#process.send({ type: 'recall', recall_id })) this.#settleRecall(recall_id, [])
    })
  }

  /** Nothing is left in hand: it may take the next job. */
  rest(): void {
    if (this.#state === 'busy') this.#state = 'idle'
  }

  /** Asks the worker to end when it has nothing in hand; kills it when it does not. */
  shutdown(): void {
    if (this.#state === 'stopping' || this.#state === 'gone') return
    this.#state = 'stopping'
    this.#setDeadline(SHUTDOWN_TIMEOUT_MS)
    if (!this.#process.send({ type: 'shutdown' })) this.kill()
  }

  kill(): void {
    if (this.#state === 'gone') return
    this.#killed = true
    this.#process.kill()
  }

  #send(orders: readonly RunOrder[], chars: number, reset_starts: boolean): void {
    if (chars <= MAX_INLINE_CHARS) {
      this.#process.send({ type: 'run', orders, reset_starts })
      return
    }
    const path = join(this.#options.spool_dir, `${orders[0]?.attempt_id ?? 0}.json`)
    try {
      writeFileSync(path, JSON.stringify(orders), { mode: 0o600 })
      this.#process.send({ type: 'run-file', path, reset_starts })
    } catch {
      // A full disk: then it travels by message, slow as that is.
      this.#process.send({ type: 'run', orders, reset_starts })
    }
  }

  #receive(message: FromWorker): void {
    if (this.#state === 'gone') return
    this.heard_ms = this.#options.now()
    switch (message.type) {
      case 'ready':
        if (this.wasReady) return
        this.#clearDeadline()
        this.#pid = message.pid
        this.wasReady = true
        if (this.#state === 'starting') this.#state = 'idle'
        this.#options.listener.onReady(this)
        return
      case 'init-failed':
        // A worker that failed to initialise never enters the ready list.
        this.initFault = message.error
        this.kill()
        return
      case 'events':
        for (const event of message.events)
          if (event.type === 'recalled') this.#settleRecall(event.recall_id, event.attempt_ids)
        this.#options.listener.onEvents(this, message.events)
        return
      default:
        missingCase(message)
    }
  }

  #settleRecall(recall_id: number, attempt_ids: readonly number[]): void {
    for (const attempt_id of attempt_ids) this.outstanding.delete(attempt_id)
    this.#recalls.get(recall_id)?.(attempt_ids)
    this.#recalls.delete(recall_id)
  }

  #gone(exit: WorkerExit): void {
    if (this.#state === 'gone') return
    this.#clearDeadline()
    this.#state = 'gone'
    this.#pid = null
    for (const recall_id of [...this.#recalls.keys()]) this.#settleRecall(recall_id, [])
    this.#options.listener.onGone(this, exit)
  }

  #setDeadline(ms: number): void {
    this.#clearDeadline()
    this.#deadline = setTimeout(() => {
      this.kill()
    }, ms)
  }

  #clearDeadline(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline)
    this.#deadline = null
  }
}

/** Roughly the characters of an order in JSON: exact for what can be large. */
function orderChars(order: RunOrder): number {
  const task = order.task
  let chars = 200 + order.name.length + order.cwd.length
  for (const [key, value] of Object.entries(order.env)) chars += key.length + value.length + 6
  switch (task.kind) {
    case 'command':
      for (const argument of task.argv ?? []) chars += argument.length + 3
      return chars + (task.shell_command?.length ?? 0)
    case 'script':
      for (const argument of task.args) chars += argument.length + 3
      return chars + task.original_path.length
    case 'module':
      return chars + task.module.length + (task.with === undefined ? 0 : JSON.stringify(task.with).length)
    default:
      return missingCase(task)
  }
}
