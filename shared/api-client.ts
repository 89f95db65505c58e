import type { FromOwner, ToOwner } from './api-protocol.ts'
import type { SerialisedError } from './errors.ts'
import { deserialiseError, JobyardError } from './errors.ts'
import type { AbortEvents, ApiClient, EndpointName, InputOf, OutputOf } from './ipc.ts'
import type { JobNews, YardDelta, YardSnapshot } from './yard.ts'

/** What a transport gives: a way to send, and (by `ApiConnection.receive` and `.lost`) what comes back. */
export interface Wire {
  /** Dropped where the owner is gone; `lost` is called then. */
  send(message: ToOwner): void
}

/** What is heard of pushes. Each is acknowledged when the listener returns. */
export interface PushListener {
  onSnapshot(yard: YardSnapshot): void
  onDelta(yard: YardDelta): void
  onJobNews(news: JobNews): void
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: JobyardError) => void
}

/** The client's end of one connection to an owner, over whatever wire. A lost one is not used again: open another. */
export class ApiConnection {
  readonly #wire: Wire
  readonly #listener: PushListener
  readonly #waiting = new Map<number, Waiting>()
  #next_call_id = 1
  #next_seq = 0
  #lost: JobyardError | null = null

  constructor(wire: Wire, listener: PushListener) {
    this.#wire = wire
    this.#listener = listener
  }

  /** Asks for a snapshot, and deltas from then on. */
  watch(): void {
    this.#wire.send({ type: 'watch' })
  }

  /** News of this job are wanted, too; null: of none. */
  openJob(job_id: number | null): void {
    this.#wire.send({ type: 'open-job', job_id })
  }

  /** @throws JobyardError what the owner answered, or OWNER_LOST */
  async call<K extends EndpointName>(name: K, input: InputOf<K>, signal?: AbortEvents): Promise<OutputOf<K>> {
    if (this.#lost !== null) throw this.#lost
    const call_id = this.#next_call_id
    this.#next_call_id += 1
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(call_id, { resolve, reject })
    })
    this.#wire.send({ type: 'call', call_id, name, input })
    signal?.addEventListener(
      'abort',
      () => {
        this.#abandon(call_id)
      },
      { once: true },
    )
    const value = await answer
    if (isOutputOf(name, value)) return value
    throw new JobyardError('PROTOCOL_ERROR', `The owner gave no answer to ${name}.`)
  }

  receive(message: FromOwner): void {
    switch (message.type) {
      case 'hello':
        return
      case 'answer': {
        const waiting = this.#waiting.get(message.call_id)
        this.#waiting.delete(message.call_id)
        if (message.ok) waiting?.resolve(message.value)
        else waiting?.reject(deserialiseError(message.error))
        return
      }
      case 'snapshot':
        this.#next_seq = message.seq
        this.#take(message.seq, () => {
          this.#listener.onSnapshot(message.yard)
        })
        return
      case 'delta':
        this.#take(message.seq, () => {
          this.#listener.onDelta(message.yard)
        })
        return
      case 'job-news':
        this.#take(message.seq, () => {
          this.#listener.onJobNews(message.news)
        })
        return
    }
  }

  /** The owner is gone: whoever waits is told. */
  lost(error: SerialisedError): void {
    this.#lost ??= deserialiseError(error)
    for (const { reject } of this.#waiting.values()) reject(this.#lost)
    this.#waiting.clear()
  }

  /** A gap means that pushes were lost: everything is asked for anew, and what comes until then is thrown away. */
  #take(seq: number, apply: () => void): void {
    if (seq !== this.#next_seq) {
      if (this.#next_seq !== -1) this.watch()
      this.#next_seq = -1
      return
    }
    this.#next_seq = seq + 1
    apply()
    this.#wire.send({ type: 'ack', seq })
  }

  #abandon(call_id: number): void {
    const waiting = this.#waiting.get(call_id)
    if (waiting === undefined) return
    this.#waiting.delete(call_id)
    this.#wire.send({ type: 'abandon', call_id })
    waiting.reject(new JobyardError('ABANDONED', 'This was not wanted any more.'))
  }
}

/** The owner is of the same build and answers what the table of outputs says: that much is taken on trust. */
function isOutputOf<K extends EndpointName>(_name: K, value: unknown): value is OutputOf<K> {
  return value !== undefined
}

/**
 * A client that outlives its connection.
 * @param connection asked at each call
 */
export function makeApiClient(connection: () => ApiConnection): ApiClient {
  return (name, input, signal) => connection().call(name, input, signal)
}
