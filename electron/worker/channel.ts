import { JobyardError } from '../../shared/errors.ts'
import type { FromWorker, ToWorker } from '../../shared/worker-protocol.ts'
import { packFromWorker, unpackToWorker } from '../../shared/worker-wire.ts'
import type { ToWorkerWire } from '../../shared/worker-wire.ts'

/** The line to the owner, whatever kind of process the host has spawned us as. */
export interface Channel {
  /** True where the host does not end us by itself when the owner dies, also while a job blocks our event loop. */
  readonly outlives_owner: boolean
  /** Never throws: what is posted to an owner that is gone is dropped. */
  post(message: FromWorker): void
  /** Resolves when everything posted has left this process, or cannot any more. */
  flushed(): Promise<void>
  /** To be called once. `onGone`: the owner has closed its end, most likely by dying. */
  listen(onMessage: (message: ToWorker) => void, onGone: () => void): void
}

/**
 * Opens the channel of `child_process.fork` or of Electron's `utilityProcess`.
 * @throws JobyardError PROTOCOL_ERROR where this process was started by neither
 */
export function openChannel(): Channel {
  const port = parentPort()
  if (port !== null) return new PortChannel(port)
  const send = process.send?.bind(process)
  if (send === undefined) {
    throw new JobyardError('PROTOCOL_ERROR', 'This file is a worker of Jobyard: only Jobyard can start it.')
  }
  // Job modules run in this process: the channel is not theirs to write to.
  Reflect.deleteProperty(process, 'send')
  return new ForkChannel(send)
}

const TAGS: ReadonlySet<string> = new Set<ToWorkerWire['type']>([
  'init',
  'run-rows',
  'run-file',
  'recall',
  'stop',
  'suspend',
  'resume',
  'shutdown',
])

/** The owner is of the same build and trusted, so that only the tag is looked at. */
function isToWorker(value: unknown): value is ToWorkerWire {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false
  return typeof value.type === 'string' && TAGS.has(value.type)
}

function checked(value: unknown): ToWorker {
  if (isToWorker(value)) return unpackToWorker(value)
  throw new JobyardError('PROTOCOL_ERROR', 'The owner sent a message that is not of the protocol.')
}

class ForkChannel implements Channel {
  readonly outlives_owner = true
  readonly #send: NonNullable<NodeJS.Process['send']>
  #underway = 0
  #waiting: (() => void)[] = []

  constructor(send: NonNullable<NodeJS.Process['send']>) {
    this.#send = send
  }

  post(message: FromWorker): void {
    this.#underway += 1
    try {
      // With a callback a closed channel is told there; without one it would be an 'error' event.
      this.#send(packFromWorker(message), undefined, undefined, this.#onSent)
    } catch {
      this.#onSent()
    }
  }

  readonly #onSent = (): void => {
    this.#underway -= 1
    if (this.#underway === 0) for (const resolve of this.#waiting.splice(0)) resolve()
  }

  flushed(): Promise<void> {
    if (this.#underway === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  listen(onMessage: (message: ToWorker) => void, onGone: () => void): void {
    process.on('message', (value) => {
      onMessage(checked(value))
    })
    process.on('disconnect', onGone)
    // The owner may have died before we listened; that event is over then.
    if (!process.connected) onGone()
  }
}

/** What we use of Electron's `process.parentPort`; its types are not for this room. */
interface ParentPort {
  postMessage(value: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
}

function parentPort(): ParentPort | null {
  if (!('parentPort' in process)) return null
  const port = process.parentPort
  return isParentPort(port) ? port : null
}

function isParentPort(port: unknown): port is ParentPort {
  if (typeof port !== 'object' || port === null || !('postMessage' in port) || !('on' in port)) return false
  return typeof port.postMessage === 'function' && typeof port.on === 'function'
}

/** Posting is synchronous here, and Chromium ends us by itself when the owner is gone. */
class PortChannel implements Channel {
  readonly outlives_owner = false
  readonly #port: ParentPort

  constructor(port: ParentPort) {
    this.#port = port
  }

  post(message: FromWorker): void {
    try {
      this.#port.postMessage(packFromWorker(message))
    } catch {
      // The owner is gone.
    }
  }

  flushed(): Promise<void> {
    return Promise.resolve()
  }

  listen(onMessage: (message: ToWorker) => void): void {
    this.#port.on('message', (event) => {
      onMessage(checked(event.data))
    })
  }
}
