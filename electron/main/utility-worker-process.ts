import { StringDecoder } from 'node:string_decoder'
import type { App, Details, ForkOptions, UtilityProcess } from 'electron'
import { fromWorkerWireSchema } from '../../shared/worker-protocol-schema.ts'
import { WORKER_EXIT_CODES } from '../../shared/worker-protocol.ts'
import type { ToWorker } from '../../shared/worker-protocol.ts'
import { packToWorker, unpackFromWorker } from '../../shared/worker-wire.ts'
import type {
  SpawnWorkerProcess,
  WorkerExit,
  WorkerProcess,
  WorkerProcessListener,
} from '../engine/worker-pool/worker-process.ts'

export interface UtilityOptions {
  /** The worker's entry, absolute: out/main/worker.js. */
  readonly entry: string
  /** Electron's `utilityProcess.fork`. */
  readonly fork: (entry: string, args: string[], options: ForkOptions) => UtilityProcess
  /** Electron's `app`: it tells why a process is gone. */
  readonly app: Pick<App, 'on' | 'off'>
}

/**
 * So long after its end the last output of a process is read, and word of why it ended is waited for (the two events come
 * in no order that is promised), unless both are there earlier. A leftover process of a job may hold the output for ever.
 */
const EXIT_GRACE_MS = 250

let last_number = 0

/** The WorkerProcess port over Electron's `utilityProcess`. */
export function utilityWorkerProcess(options: UtilityOptions): SpawnWorkerProcess {
  return (listener) => {
    try {
      return new UtilityWorker(options, listener)
    } catch (error) {
      return neverBorn(listener, error)
    }
  }
}

function neverBorn(listener: WorkerProcessListener, error: unknown): WorkerProcess {
  const why = error instanceof Error ? error.message : String(error)
  setImmediate(() => {
    listener.onExit({ code: null, signal: null, stopped: false, reason: `it could not be started: ${why}` })
  })
  return { pid: undefined, send: () => false, kill: () => undefined }
}

class UtilityWorker implements WorkerProcess {
  readonly #options: UtilityOptions
  readonly #listener: WorkerProcessListener
  /** The only thing by which `child-process-gone` says whom it means. */
  readonly #name: string
  readonly #child: UtilityProcess
  #up = false
  #kill_wanted = false
  #killed_before_up = false
  #exit_code: number | null = null
  #gone: Details | null = null
  #told = false
  /** Pipes that have not ended. */
  #open_pipes = 0

  constructor(options: UtilityOptions, listener: WorkerProcessListener) {
    last_number += 1
    this.#options = options
    this.#listener = listener
    this.#name = `Jobyard worker ${last_number}`
    // No `env`: it would replace the environment, and this process's own is wanted.
    this.#child = options.fork(options.entry, [], { serviceName: this.#name, stdio: 'pipe' })
    options.app.on('child-process-gone', this.#onGone)
    this.#child.on('spawn', this.#onSpawn)
    this.#child.on('message', this.#receive)
    this.#child.on('exit', this.#onExit)
    this.#child.on('error', (type, location) => {
      if (!this.#told) listener.onOutput(`${type} at ${location}\n`)
    })
    this.#readOutput()
  }

  get pid(): number | undefined {
    return this.#exit_code === null ? this.#child.pid : undefined
  }

  send(message: ToWorker): boolean {
    // Electron drops what is posted to a dead process in silence, and posting from its `exit` event has killed apps.
    if (this.#exit_code !== null) return false
    // What is posted before it is up is kept for it.
    this.#child.postMessage(packToWorker(message))
    return true
  }

  kill(): void {
    if (this.#exit_code !== null) return
    this.#kill_wanted = true
    // Before it is up there is nothing to kill, and Electron would forget that we wanted to.
    if (!this.#up) this.#killed_before_up = true
    else this.#killNow()
  }

  /** Not Electron's own `kill`: that is SIGTERM with two seconds of grace. */
  #killNow(): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has just ended by itself.
    }
  }

  readonly #onSpawn = (): void => {
    this.#up = true
    if (this.#kill_wanted) this.#killNow()
  }

  readonly #receive = (value: unknown): void => {
    if (this.#told || this.#killed_before_up) return
    const parsed = fromWorkerWireSchema.safeParse(value)
    if (parsed.success) this.#listener.onMessage(unpackFromWorker(parsed.data))
    else this.#listener.onBadMessage(parsed.error.message)
  }

  readonly #onGone = (_event: unknown, details: Details): void => {
    if (details.name !== this.#name) return
    this.#gone = details
    this.#settle()
  }

  readonly #onExit = (code: number): void => {
    this.#exit_code = code
    setTimeout(this.#tell, EXIT_GRACE_MS)
    this.#settle()
  }

  /** Everything is known: nothing need be waited for. */
  #settle(): void {
    if (this.#exit_code === null || this.#gone === null || this.#open_pipes > 0) return
    // Still after the event in which the last of it came.
    setImmediate(this.#tell)
  }

  /** Always read: a full pipe would block the worker. */
  #readOutput(): void {
    for (const pipe of [this.#child.stdout, this.#child.stderr]) {
      if (pipe === null) continue
      this.#open_pipes += 1
      const decoder = new StringDecoder('utf8')
      const onData = (chunk: Buffer): void => {
        const text = decoder.write(chunk)
        if (text !== '' && !this.#told) this.#listener.onOutput(text)
      }
      const onEnd = (): void => {
        this.#open_pipes -= 1
        this.#settle()
      }
      const listen = (): void => {
        pipe.on('data', onData)
        pipe.on('end', onEnd)
        pipe.on('error', () => undefined)
      }
      listen()
      // Electron takes all listeners off right after this event, though the last output may still be in the pipe.
      this.#child.on('exit', () => {
        setImmediate(() => {
          if (!isAtEnd(pipe) && !pipe.listeners('data').includes(onData)) listen()
        })
      })
    }
  }

  readonly #tell = (): void => {
    if (this.#told) return
    this.#told = true
    this.#options.app.off('child-process-gone', this.#onGone)
    this.#listener.onExit(describeExit(this.#exit_code ?? 0, this.#gone, this.#kill_wanted))
  }
}

function isAtEnd(pipe: NodeJS.ReadableStream): boolean {
  return 'readableEnded' in pipe && pipe.readableEnded === true
}

/**
 * Puts together what is known of an end. The code alone says little: after a kill it may be 0, and after a signal it is the
 * number of that signal.
 *
 * @internal
 */
export function describeExit(
  code: number,
  gone: Pick<Details, 'reason' | 'exitCode'> | null,
  kill_wanted: boolean,
  platform: NodeJS.Platform = process.platform,
): WorkerExit {
  if (kill_wanted) return { code: null, signal: 'SIGKILL', stopped: false, reason: 'it was ended by SIGKILL' }
  switch (gone?.reason) {
    case 'killed': {
      // Electron reports SIGTERM and SIGKILL alike.
      const signal = platform === 'win32' ? null : code === 15 ? 'SIGTERM' : 'SIGKILL'
      return {
        code: signal === null ? code : null,
        signal,
        stopped: false,
        reason: 'it was ended by another process',
      }
    }
    case 'crashed':
      return { code, signal: null, stopped: false, reason: `it crashed (code ${hex(code)})` }
    case 'oom':
    case 'memory-eviction':
      return { code, signal: null, stopped: false, reason: 'it ran out of memory' }
    case 'launch-failed':
      return { code, signal: null, stopped: false, reason: `it could not be started (code ${hex(code)})` }
    case 'integrity-failure':
      return { code, signal: null, stopped: false, reason: 'the system refused its code' }
    case 'clean-exit':
    case 'abnormal-exit':
    case undefined:
      return {
        code,
        signal: null,
        stopped: code === WORKER_EXIT_CODES.stopped_module,
        reason: exitReason(code),
      }
  }
}

/** Windows tells crashes as numbers that are only known in hexadecimal. */
function hex(code: number): string {
  return code > 255 ? `0x${code.toString(16).toUpperCase()}` : String(code)
}

function exitReason(code: number): string {
  switch (code) {
    case WORKER_EXIT_CODES.asked:
      return 'it ended'
    case WORKER_EXIT_CODES.fault:
      return 'it ended with an error that nobody caught'
    case WORKER_EXIT_CODES.stopped_module:
      return 'it ended itself to stop a module job'
    case WORKER_EXIT_CODES.owner_gone:
      return 'it was asked to end by another process'
    default:
      return `it exited with code ${hex(code)}`
  }
}
