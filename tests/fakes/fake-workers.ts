import { appendFileSync, writeFileSync } from 'node:fs'
import type {
  SpawnWorkerProcess,
  WorkerProcess,
  WorkerProcessListener,
} from '../../electron/engine/worker-pool/worker-process.ts'
import type { FromWorker, Outcome, RunOrder, ToWorker, WorkerEvent } from '../../shared/worker-protocol.ts'

/** What a fake worker reports when its job is made to end. */
export function endedWith(exit_code: number): Outcome {
  return { cause: 'exit', exit_code, signal: null, error: null, stopped: false, result: null, log: null }
}

/** An attempt that a fake worker has started and not ended. */
export interface FakeRun {
  readonly worker: FakeWorker
  readonly order: RunOrder
}

/**
 * Worker processes that are played: they keep to the protocol (start file included) and run nothing; a test ends, crashes
 * and hangs them. They note whatever would break a promise of the dispatcher.
 */
export class FakeWorkers {
  readonly alive = new Set<FakeWorker>()
  /** Attempts that were started, in order. */
  readonly started: RunOrder[] = []
  readonly running = new Map<number, FakeRun>()
  readonly violations: string[] = []
  /** Most attempts that ran at once since it was reset. */
  mostRunning = 0
  /** Stop requests a test wants swallowed: a planted bug. */
  dropStops = false
  readonly #attempts = new Set<number>()

  readonly spawn: SpawnWorkerProcess = (listener) => {
    const worker = new FakeWorker(this, listener)
    this.alive.add(worker)
    return worker
  }

  noteStart(run: FakeRun): void {
    const { attempt_id, job_id } = run.order
    if (this.#attempts.has(attempt_id)) this.violations.push(`attempt ${attempt_id} was started twice`)
    for (const other of this.running.values()) {
      if (other.order.job_id === job_id) this.violations.push(`job ${job_id} ran twice at once`)
    }
    this.#attempts.add(attempt_id)
    this.started.push(run.order)
    this.running.set(attempt_id, run)
    this.mostRunning = Math.max(this.mostRunning, this.running.size)
  }
}

export class FakeWorker implements WorkerProcess {
  pid: number | undefined = undefined
  readonly #all: FakeWorkers
  readonly #listener: WorkerProcessListener
  #startFile = ''
  #orders: RunOrder[] = []
  #current: RunOrder | null = null
  #leaving = false
  #gone = false

  constructor(all: FakeWorkers, listener: WorkerProcessListener) {
    this.#all = all
    this.#listener = listener
  }

  send(message: ToWorker): boolean {
    if (this.#gone) return false
    setImmediate(() => {
      if (!this.#gone) this.#receive(message)
    })
    return true
  }

  kill(): void {
    setImmediate(() => {
      this.#exit(null, 'SIGKILL')
    })
  }

  /** Dies under its job. */
  crash(): void {
    this.#exit(139, null)
  }

  /** Ends what it runs and goes on with the next it holds. */
  end(outcome: Outcome): void {
    const order = this.#current
    if (order === null) return
    this.#current = null
    this.#all.running.delete(order.attempt_id)
    const events: WorkerEvent[] = [
      { type: 'ended', attempt_id: order.attempt_id, at_ms: Date.now(), outcome },
    ]
    this.#startNext(events)
    this.#tell({ type: 'events', events })
    this.#leaveWhenDone()
  }

  #receive(message: ToWorker): void {
    switch (message.type) {
      case 'init':
        this.#startFile = message.start_file
        writeFileSync(this.#startFile, '')
        this.pid = 1_000_000 + message.worker_id
        this.#tell({ type: 'ready', pid: this.pid })
        return
      case 'run': {
        this.#orders.push(...message.orders)
        const events: WorkerEvent[] = []
        this.#startNext(events)
        if (events.length > 0) this.#tell({ type: 'events', events })
        return
      }
      case 'recall': {
        const attempt_ids = this.#orders.map((order) => order.attempt_id)
        this.#orders = []
        this.#tell({
          type: 'events',
          events: [{ type: 'recalled', recall_id: message.recall_id, attempt_ids }],
        })
        this.#leaveWhenDone()
        return
      }
      case 'stop':
        if (this.#current?.attempt_id !== message.attempt_id || this.#all.dropStops) return
        this.end({
          ...endedWith(0),
          cause: 'signal',
          exit_code: null,
          signal: message.stop.signal,
          stopped: true,
        })
        return
      case 'suspend':
      case 'resume': {
        const type = message.type === 'suspend' ? ('suspended' as const) : ('resumed' as const)
        if (this.#current?.attempt_id !== message.attempt_id) return
        const event = { type, attempt_id: message.attempt_id, at_ms: Date.now() }
        this.#tell({ type: 'events', events: [event] })
        return
      }
      case 'shutdown':
        this.#leaving = true
        this.#leaveWhenDone()
        return
      case 'run-file':
        throw new Error('The fake worker takes no orders from files.')
    }
  }

  #startNext(events: WorkerEvent[]): void {
    if (this.#current !== null) return
    const order = this.#orders.shift()
    if (order === undefined) return
    this.#current = order
    appendFileSync(this.#startFile, `${order.attempt_id}\n`)
    this.#all.noteStart({ worker: this, order })
    events.push({
      type: 'started',
      attempt_id: order.attempt_id,
      at_ms: Date.now(),
      pid: null,
      process_start: null,
    })
  }

  /** What the engine throws at a message (an illegal transition, where it is strict) breaks a promise too. */
  #tell(message: FromWorker): void {
    try {
      this.#listener.onMessage(message)
    } catch (error) {
      this.#all.violations.push(String(error))
    }
  }

  #leaveWhenDone(): void {
    if (this.#leaving && this.#current === null && this.#orders.length === 0) this.#exit(0, null)
  }

  #exit(code: number | null, signal: string | null): void {
    if (this.#gone) return
    this.#gone = true
    this.#all.alive.delete(this)
    if (this.#current !== null) this.#all.running.delete(this.#current.attempt_id)
    this.pid = undefined
    this.#listener.onExit({ code, signal, stopped: false, reason: signal ?? `exit code ${code}` })
  }
}
