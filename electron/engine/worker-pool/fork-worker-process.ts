import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'
import { fromWorkerWireSchema } from '../../../shared/worker-protocol-schema.ts'
import { WORKER_EXIT_CODES } from '../../../shared/worker-protocol.ts'
import type { ToWorker } from '../../../shared/worker-protocol.ts'
import { packToWorker, unpackFromWorker } from '../../../shared/worker-wire.ts'
import type {
  SpawnWorkerProcess,
  WorkerExit,
  WorkerProcess,
  WorkerProcessListener,
} from './worker-process.ts'

export interface ForkOptions {
  /** The worker's entry: electron/worker/worker.ts, or what it was bundled to. */
  readonly entry: string
  /** The Node to run it on; by default the one this process runs on. */
  readonly execPath?: string
  readonly execArgv?: readonly string[]
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Keeps a worker small: left alone, V8 lets the young generation of a busy one grow by 130 MB, and the larger a process
 * the longer it blocks in `spawn`.
 */
const WORKER_FLAGS = ['--max-semi-space-size=4']

/** What a job's leftover processes may keep of the worker's output is waited for no longer than this after its end. */
const OUTPUT_GRACE_MS = 250

/** The WorkerProcess port over `child_process.fork`, for hosts that are plain Node. */
export function forkWorkerProcess(options: ForkOptions): SpawnWorkerProcess {
  return (listener) => {
    try {
      return new ForkedWorker(options, listener)
    } catch (error) {
      return neverBorn(listener, error)
    }
  }
}

/** Some failures of the system are thrown (no memory, say); here too they are told as an exit. */
function neverBorn(listener: WorkerProcessListener, error: unknown): WorkerProcess {
  const why = error instanceof Error ? error.message : String(error)
  setImmediate(() => {
    listener.onExit({ code: null, signal: null, stopped: false, reason: `it could not be started: ${why}` })
  })
  return { pid: undefined, send: () => false, kill: () => undefined }
}

class ForkedWorker implements WorkerProcess {
  readonly #child: ChildProcess
  readonly #listener: WorkerProcessListener
  #exit: { readonly code: number | null; readonly signal: string | null } | null = null
  #connected = true
  #told = false
  #fault: Error | null = null

  constructor(options: ForkOptions, listener: WorkerProcessListener) {
    this.#listener = listener
    this.#child = fork(options.entry, [], {
      execArgv: [...WORKER_FLAGS, ...(options.execArgv ?? [])],
      ...(options.execPath === undefined ? {} : { execPath: options.execPath }),
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Measured faster than 'advanced' for arrays of small messages.
      serialization: 'json',
      // A session of its own: Ctrl-C in our terminal must not end it while it starts. It ends when our channel closes.
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    this.#child.on('message', this.#receive)
    this.#child.on('error', this.#failed)
    this.#child.on('exit', (code, signal) => {
      this.#exit = { code, signal }
      this.#settle()
    })
    this.#child.on('disconnect', () => {
      this.#connected = false
      this.#settle()
    })
    this.#child.on('close', this.#tell)
    this.#readOutput()
  }

  get pid(): number | undefined {
    return this.#exit === null ? this.#child.pid : undefined
  }

  send(message: ToWorker): boolean {
    if (!this.#child.connected || this.pid === undefined) return false
    // With a callback, a channel that breaks meanwhile is told there; its end is told by onExit.
    this.#child.send(packToWorker(message), () => undefined)
    return true
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  readonly #receive = (value: unknown): void => {
    const parsed = fromWorkerWireSchema.safeParse(value)
    if (parsed.success) this.#listener.onMessage(unpackFromWorker(parsed.data))
    else this.#listener.onBadMessage(parsed.error.message)
  }

  readonly #failed = (error: Error): void => {
    this.#fault = error
    // Without a pid it has never run, and no 'exit' comes.
    if (this.#child.pid === undefined) this.#tell()
  }

  /** What the worker prints is always read: a full pipe would block it. */
  #readOutput(): void {
    for (const pipe of [this.#child.stdout, this.#child.stderr]) {
      const decoder = new StringDecoder('utf8')
      pipe?.on('data', (chunk: Buffer) => {
        const text = decoder.write(chunk)
        if (text !== '' && !this.#told) this.#listener.onOutput(text)
      })
      pipe?.on('error', () => undefined)
    }
  }

  /** Gone, and its messages are read: its output need not be waited for. */
  #settle(): void {
    if (this.#exit === null || this.#connected) return
    setTimeout(this.#tell, OUTPUT_GRACE_MS).unref()
  }

  readonly #tell = (): void => {
    if (this.#told) return
    this.#told = true
    this.#listener.onExit(this.#describe())
  }

  #describe(): WorkerExit {
    const { code, signal } = this.#exit ?? { code: null, signal: null }
    const stopped = code === WORKER_EXIT_CODES.stopped_module
    return { code, signal, stopped, reason: this.#reason(code, signal) }
  }

  #reason(code: number | null, signal: string | null): string {
    if (this.#child.pid === undefined)
      return `it could not be started: ${this.#fault?.message ?? 'no reason given'}`
    if (signal !== null) return `it was ended by ${signal}`
    switch (code) {
      case WORKER_EXIT_CODES.asked:
        return 'it ended'
      case WORKER_EXIT_CODES.fault:
        return 'it ended with an error that nobody caught'
      case WORKER_EXIT_CODES.stopped_module:
        return 'it ended itself to stop a module job'
      case WORKER_EXIT_CODES.owner_gone:
        return 'it was asked to end by another process'
      case null:
      default:
        return `it exited with code ${String(code)}`
    }
  }
}
