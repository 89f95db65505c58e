import type { SerialisedError } from '../../../shared/errors.ts'
import type { WorkerEvent, WorkerInit } from '../../../shared/worker-protocol.ts'
import { FAILURES_TO_REPORT, SpawnBackoff } from './spawn-backoff.ts'
import { WorkerPlaces } from './worker-places.ts'
import type { SpawnWorkerProcess, WorkerExit } from './worker-process.ts'
import { WorkerRunner } from './worker-runner.ts'

export interface PoolListener {
  /** A worker checked in: it is in the ready list. */
  onReady(): void
  onEvents(runner: WorkerRunner, events: readonly WorkerEvent[]): void
  /** A worker is gone; what it had in hand is still in `runner.outstanding`. */
  onGone(runner: WorkerRunner, exit: WorkerExit): void
  onChange(runner: WorkerRunner): void
  onOutput(runner: WorkerRunner, text: string): void
  onFault(fault: SerialisedError): void
}

export interface PoolOptions {
  readonly spawn: SpawnWorkerProcess
  readonly concurrency: number
  /** What a new worker is told first. */
  readonly init: (worker_id: number) => WorkerInit
  readonly spool_dir: string
  readonly listener: PoolListener
  readonly now: () => number
}

/**
 * The workers and the ready list they check in to. Workers are spawned when there is work for them, up to the
 * concurrency, and stay until the pool shrinks or shuts down. A worker that dies is replaced when work wants it, with a
 * growing wait where workers die at start.
 */
export class WorkerPool {
  readonly #options: PoolOptions
  readonly #runners = new Set<WorkerRunner>()
  readonly #places = new WorkerPlaces()
  #ready: WorkerRunner[] = []
  #concurrency: number
  #wanted = 0
  #nextWorkerId = 1
  readonly #backoff = new SpawnBackoff()
  #spawnTimer: NodeJS.Timeout | null = null
  #closing = false
  #whenEmpty: (() => void)[] = []

  constructor(options: PoolOptions) {
    this.#options = options
    this.#concurrency = options.concurrency
  }

  get concurrency(): number {
    return this.#concurrency
  }

  runners(): readonly WorkerRunner[] {
    return [...this.#runners]
  }

  /** Live resizing: idle workers over the number end at once, busy ones after what they have in hand. */
  setConcurrency(concurrency: number): void {
    this.#concurrency = concurrency
    while (this.#countAlive() > concurrency) {
      const runner = this.#ready.pop()
      if (runner === undefined) break
      this.#end(runner)
    }
    this.#spawnWanted()
  }

  /** Sees to it that as many workers are up or coming as there is work for. */
  want(workers: number): void {
    this.#wanted = workers
    this.#spawnWanted()
  }

  /** Checks the worker out that has been ready longest. */
  checkOut(): WorkerRunner | undefined {
    return this.#ready.shift()
  }

  hasReady(): boolean {
    return this.#ready.length > 0
  }

  /** The worker has nothing in hand any more. */
  checkIn(runner: WorkerRunner): void {
    if (runner.state === 'gone' || runner.state === 'stopping' || this.#ready.includes(runner)) return
    runner.rest()
    if (this.#closing || runner.retiring || this.#countAlive() > this.#concurrency) {
      this.#end(runner)
      return
    }
    this.#ready.push(runner)
    this.#options.listener.onReady()
  }

  /** Ends a worker when it has nothing in hand; it is replaced when there is work. @returns null: there is no such worker */
  retire(worker_id: number): WorkerRunner | null {
    for (const runner of this.#runners) {
      if (runner.worker_id !== worker_id || runner.state === 'stopping') continue
      runner.retiring = true
      if (this.#ready.includes(runner)) {
        this.#ready = this.#ready.filter((other) => other !== runner)
        this.#end(runner)
      }
      return runner
    }
    return null
  }

  /** Ends all workers; resolves when the last has exited. The pool can be used again afterwards. */
  async shutdown(): Promise<void> {
    this.#closing = true
    this.#wanted = 0
    if (this.#spawnTimer !== null) clearTimeout(this.#spawnTimer)
    this.#spawnTimer = null
    this.#ready = []
    for (const runner of this.#runners) {
      this.#places.leave(runner, false)
      runner.shutdown()
    }
    if (this.#runners.size > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve))
    this.#closing = false
  }

  /** There are more workers than wanted, since the pool was made smaller. */
  isOver(): boolean {
    return this.#countAlive() > this.#concurrency
  }

  #countAlive(): number {
    let alive = 0
    for (const runner of this.#runners) if (runner.state !== 'stopping') alive += 1
    return alive
  }

  #spawnWanted(): void {
    if (this.#closing || this.#spawnTimer !== null) return
    const target = Math.min(this.#wanted, this.#concurrency)
    while (this.#countAlive() < target) this.#spawn()
  }

  #spawn(): void {
    const worker_id = this.#nextWorkerId
    this.#nextWorkerId += 1
    const { listener } = this.#options
    const place = this.#places.take()
    const runner = new WorkerRunner({
      place,
      spawn: this.#options.spawn,
      init: this.#options.init(worker_id),
      spool_dir: this.#options.spool_dir,
      now: this.#options.now,
      listener: {
        onReady: (ready) => {
          this.#backoff.succeeded()
          this.checkIn(ready)
          listener.onChange(ready)
        },
        onEvents: listener.onEvents.bind(listener),
        onOutput: listener.onOutput.bind(listener),
        onGone: (gone, exit) => {
          this.#onGone(gone, exit)
        },
      },
    })
    this.#places.settle(runner, place)
    this.#runners.add(runner)
    listener.onChange(runner)
  }

  #onGone(runner: WorkerRunner, exit: WorkerExit): void {
    this.#runners.delete(runner)
    this.#places.leave(runner, true)
    this.#ready = this.#ready.filter((other) => other !== runner)
    this.#options.listener.onGone(runner, exit)
    this.#options.listener.onChange(runner)
    if (!runner.wasReady && !this.#closing) this.#delayNext(runner, exit)
    if (this.#runners.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve()
    this.#spawnWanted()
  }

  #delayNext(runner: WorkerRunner, exit: WorkerExit): void {
    const wait_ms = this.#backoff.failed()
    if (this.#backoff.failures === FAILURES_TO_REPORT) {
      const why = runner.initFault?.message ?? exit.reason
      this.#options.listener.onFault({
        code: 'WORKER_INIT_FAILED',
        message: `${FAILURES_TO_REPORT} worker processes in a row ended before they were ready (${why}). Jobyard keeps trying, more slowly.`,
      })
    }
    if (this.#spawnTimer !== null) return
    this.#spawnTimer = setTimeout(() => {
      this.#spawnTimer = null
      this.#spawnWanted()
    }, wait_ms)
  }

  #end(runner: WorkerRunner): void {
    this.#places.leave(runner, runner.retiring)
    runner.shutdown()
    this.#options.listener.onChange(runner)
  }
}
