import { toOwnerSchema } from '../../../shared/api-protocol.ts'
import { JobyardError, missingCase, serialiseError } from '../../../shared/errors.ts'
import type { CallContext, EndpointName, Handlers, InputOf } from '../../../shared/ipc.ts'
import { inputSchemas, isEndpointName } from '../../../shared/ipc.ts'
import type { ApiConnection, ApiPeer } from './api-connection.ts'
import type { Watcher } from './watcher.ts'

/** Calls one client may have under way; more are a client that has gone wild. */
const MAX_CALLS = 256

/**
 * The owner's end of one connection. Every call, whatever it comes by, goes through here: is the caller still trusted, is
 * there such an endpoint, does the input parse; and whatever is thrown goes back as an error with a code.
 */
export class ApiSession implements ApiPeer {
  readonly #connection: ApiConnection
  readonly #handlers: Handlers
  readonly #watcher: Watcher
  readonly #onClosed: () => void
  readonly #calls = new Map<number, AbortController>()
  #is_open = true

  constructor(connection: ApiConnection, handlers: Handlers, watcher: Watcher, onClosed: () => void) {
    this.#connection = connection
    this.#handlers = handlers
    this.#watcher = watcher
    this.#onClosed = onClosed
  }

  receive(message: unknown): void {
    if (!this.#is_open) return
    const parsed = toOwnerSchema.safeParse(message)
    if (!parsed.success) {
      this.close()
      return
    }
    const { data } = parsed
    switch (data.type) {
      case 'call':
        void this.#answer(data.call_id, data.name, data.input)
        return
      case 'abandon':
        this.#calls.get(data.call_id)?.abort()
        return
      case 'watch':
        if (this.#connection.isTrusted()) void this.#watcher.watch()
        else this.close()
        return
      case 'ack':
        this.#watcher.ack(data.seq)
        return
      case 'open-job':
        this.#watcher.openJob(data.job_id)
        return
      default:
        missingCase(data)
    }
  }

  closed(): void {
    if (!this.#is_open) return
    this.#is_open = false
    for (const call of this.#calls.values()) call.abort()
    this.#watcher.close()
    this.#onClosed()
  }

  /** Ends the connection from this side. */
  close(): void {
    this.closed()
    this.#connection.close()
  }

  async #answer(call_id: number, name: string, input: unknown): Promise<void> {
    const call = new AbortController()
    try {
      if (this.#calls.has(call_id) || this.#calls.size >= MAX_CALLS) {
        throw new JobyardError('PROTOCOL_ERROR', 'There are too many calls under way, or two of one number.')
      }
      this.#calls.set(call_id, call)
      const value = await this.#carryOut(name, input, call.signal)
      this.#send({ type: 'answer', call_id, ok: true, value })
    } catch (error) {
      this.#send({ type: 'answer', call_id, ok: false, error: serialiseError(error) })
    } finally {
      if (this.#calls.get(call_id) === call) this.#calls.delete(call_id)
    }
  }

  async #carryOut(name: string, input: unknown, signal: AbortSignal): Promise<unknown> {
    if (!this.#connection.isTrusted()) {
      throw new JobyardError('NOT_ALLOWED', 'This page may not ask for anything any more. Open Jobyard anew.')
    }
    if (!isEndpointName(name)) {
      throw new JobyardError(
        'UNKNOWN_ENDPOINT',
        `There is no "${name}" to ask for: the two sides are of different versions.`,
      )
    }
    const { is_remote } = this.#connection
    return callHandler(this.#handlers, name, parseInput(name, input), { signal, is_remote })
  }

  #send(message: Parameters<ApiConnection['send']>[0]): void {
    if (this.#is_open) this.#connection.send(message)
  }
}

function callHandler<K extends EndpointName>(
  handlers: Handlers,
  name: K,
  input: InputOf<K>,
  call: CallContext,
): Promise<unknown> {
  return handlers[name](input, call)
}

/** @throws JobyardError INVALID_ARGUMENT with the place of what is wrong */
function parseInput<K extends EndpointName>(name: K, input: unknown): InputOf<K> {
  const parsed = inputSchemas[name].safeParse(input)
  if (isInputOf(name, parsed.data) && parsed.success) return parsed.data
  const [issue] = parsed.error?.issues ?? []
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  throw new JobyardError(
    'INVALID_ARGUMENT',
    `${name} was called wrongly${where}: ${issue?.message ?? 'no input'}.`,
  )
}

/** What the schema of an endpoint gave is its input; TypeScript does not follow that through the table. */
function isInputOf<K extends EndpointName>(_name: K, input: unknown): input is InputOf<K> {
  return input !== undefined
}
