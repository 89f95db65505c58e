import { onTestFinished } from 'vitest'
import { ApiConnection, makeApiClient } from '../../shared/api-client.ts'
import type { FromOwner } from '../../shared/api-protocol.ts'
import type { ApiClient } from '../../shared/ipc.ts'
import type { JobNews, YardDelta, YardSnapshot } from '../../shared/yard.ts'
import type { ClientWire, OpenedTransport, Said, WireEvents } from './api-transport.ts'

const WAIT_MS = 15_000

export interface WireClientOptions {
  /** False: pushes are not acknowledged by themselves. */
  readonly acks?: boolean
}

/** The client that all of ours are built on, over a wire of any kind, with a diary. */
export class WireClient {
  readonly api: ApiClient
  readonly connection: ApiConnection
  /** What came, in order. */
  readonly received: FromOwner[] = []
  snapshot: YardSnapshot | null = null
  readonly deltas: YardDelta[] = []
  readonly news: JobNews[] = []
  is_closed = false
  #wire: ClientWire | null = null
  #wake: () => void = () => undefined

  constructor({ acks = true }: WireClientOptions = {}) {
    this.connection = new ApiConnection(
      {
        send: (message) => {
          if (message.type !== 'ack' || acks) this.say(message)
        },
      },
      {
        onSnapshot: (yard) => (this.snapshot = yard),
        onDelta: (yard) => this.deltas.push(yard),
        onJobNews: (news) => this.news.push(news),
      },
    )
    this.api = makeApiClient(() => this.connection)
  }

  /** Leaves when the test is over. */
  static async over(transport: OpenedTransport, options: WireClientOptions = {}): Promise<WireClient> {
    const client = new WireClient(options)
    client.attach(await transport.connect(client.events))
    onTestFinished(() => {
      client.leave()
    })
    return client
  }

  /** To be told by its wire. */
  get events(): WireEvents {
    return {
      message: (message) => {
        this.received.push(message)
        this.connection.receive(message)
        this.#wake()
      },
      closed: () => {
        this.is_closed = true
        this.connection.lost({ code: 'OWNER_LOST', message: 'The connection is lost.' })
        this.#wake()
      },
    }
  }

  attach(wire: ClientWire): void {
    this.#wire = wire
  }

  get wire(): ClientWire {
    if (this.#wire === null) throw new Error('The client has no wire yet.')
    return this.#wire
  }

  /** Sends what a client of ours would never send, too. */
  say(message: Said): void {
    this.wire.send(message)
  }

  leave(): void {
    this.wire.close()
  }

  /** The numbers of all pushes so far. */
  get numbers(): number[] {
    return this.received.flatMap((message) => ('seq' in message ? [message.seq] : []))
  }

  /** Watches, and has the snapshot. */
  async watch(): Promise<YardSnapshot> {
    this.connection.watch()
    await this.until(() => this.snapshot !== null, 'a snapshot')
    if (this.snapshot === null) throw new Error('unreachable')
    return this.snapshot
  }

  /** Jobs by state, as it was told last. */
  get counts(): YardSnapshot['counts'] | undefined {
    return this.deltas.findLast(({ counts }) => counts !== undefined)?.counts ?? this.snapshot?.counts
  }

  /** How many jobs have ended, as the pushes told. */
  get ended_count(): number {
    return this.deltas.reduce((sum, { ended }) => sum + (ended?.count ?? 0), 0)
  }

  /** Waits until a condition holds; it is looked at whenever something came. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = AbortSignal.timeout(WAIT_MS)
    while (!condition()) {
      if (deadline.aborted) throw new Error(`Waited in vain for ${what}. ${this.#last()}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        deadline.addEventListener('abort', () => {
          resolve()
        })
      })
    }
  }

  #last(): string {
    return JSON.stringify(this.received.slice(-3))
  }
}
