import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { pairsOf, type Pair } from './pairs.ts'

const WORKER_SCRIPT = fileURLToPath(new URL('worker.ts', import.meta.url))

/** Owner's side of one forked worker of the floor. */
export class FloorWorker {
  readonly number: number
  readonly #child: ChildProcess
  #inFlight = 0

  private constructor(number: number, child: ChildProcess) {
    this.number = number
    this.#child = child
  }

  /** Forks a worker and waits until it has loaded its module. */
  static async start(number: number): Promise<FloorWorker> {
    const child = fork(WORKER_SCRIPT, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    await once(child, 'message')
    return new FloorWorker(number, child)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  take(count: number): void {
    this.#inFlight += count
  }

  free(count: number): void {
    this.#inFlight -= count
  }

  run(jobs: readonly Pair[]): void {
    this.#child.send(jobs)
  }

  onResults(listener: (results: readonly Pair[]) => void): void {
    this.#child.on('message', (raw: unknown) => {
      listener(pairsOf(raw))
    })
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit')
    this.#child.disconnect()
    await exit
  }
}
