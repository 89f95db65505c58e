import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { replySchema, type Reply } from './contract.ts'

const CLOSE_TIMEOUT_MS = 15_000

const messageSchema = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ id: z.number(), reply: replySchema }),
  z.object({ id: z.number(), error: z.string() }),
])

/** Name in the figures and the script that answers the calls of contract.ts. */
export interface Contender {
  readonly name: string
  readonly script: URL
}

interface Waiting {
  resolve(reply: Reply): void
  reject(error: Error): void
}

/** A started contender; one process until `close`. */
export class ContenderProcess {
  readonly #name: string
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #ready: Promise<void>
  #next = 0

  constructor(contender: Contender) {
    this.#name = contender.name
    this.#child = fork(fileURLToPath(contender.script), [], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    this.#ready = promise
    this.#child.on('message', (raw: unknown) => {
      const message = messageSchema.parse(raw)
      if ('ready' in message) resolve(undefined)
      else this.#settle(message)
    })
    this.#child.on('exit', (code, signal) => {
      const error = new Error(`${this.#name} ended too early (${String(code ?? signal)})`)
      reject(error)
      for (const waiting of this.#waiting.values()) waiting.reject(error)
      this.#waiting.clear()
    })
    // A contender that dies before its first call is told by that call; nobody may be waiting on this promise yet.
    promise.catch(() => undefined)
  }

  /** Sends one call and resolves with its answer. Rejects when the contender fails it or dies. */
  async call(call: string, input: Readonly<Record<string, unknown>>): Promise<Reply> {
    await this.#ready
    const id = this.#next++
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    this.#waiting.set(id, { resolve, reject })
    this.#child.send({ id, call, input })
    return promise
  }

  /** Disconnects, waits for the end, and kills what does not end by itself. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.disconnect()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_TIMEOUT_MS)
    await exit
    clearTimeout(timer)
  }

  #settle(message: Exclude<z.infer<typeof messageSchema>, { ready: true }>): void {
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (!waiting) return
    if ('error' in message) waiting.reject(new Error(`${this.#name}: ${message.error}`))
    else waiting.resolve(message.reply)
  }
}

/** One call in a process of its own: starts the contender, asks, closes it. */
export async function ask(
  contender: Contender,
  call: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Reply> {
  const child = new ContenderProcess(contender)
  try {
    return await child.call(call, input)
  } finally {
    await child.close()
  }
}
