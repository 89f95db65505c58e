import type { FromOwner } from '../../shared/api-protocol.ts'
import { ApiConnection } from '../../shared/api-client.ts'
import type { ApiClient } from '../../shared/ipc.ts'
import type { PoolStatus, StateCounts } from '../../shared/status.ts'
import type { YardDelta } from '../../shared/yard.ts'
import type { ApiPeer, ApiServer } from '../engine/api/api-connection.ts'
import type { YardSummary } from './yard-summary.ts'
import { isSameSummary, summarise } from './yard-summary.ts'

/** The shell is a slow watcher: a tray that changes five times a second is enough, and pushes are merged meanwhile. */
const ACK_DELAY_MS = 200

export interface StatusListener {
  onSummary(summary: YardSummary): void
  onEnded(ended: NonNullable<YardDelta['ended']>): void
}

/** Watches the yard for the shell, by the same API as every window and in the same process. */
export class DesktopStatus {
  readonly #connection: ApiConnection
  readonly #peer: ApiPeer
  readonly #listener: StatusListener
  #pool: PoolStatus | null = null
  #counts: StateCounts | null = null
  #summary: YardSummary | null = null
  #ack_timer: NodeJS.Timeout | null = null
  #is_open = true

  constructor(server: ApiServer, listener: StatusListener) {
    this.#listener = listener
    this.#connection = new ApiConnection(
      {
        send: (message) => {
          if (message.type !== 'ack') this.#peer.receive(message)
          else {
            this.#ack_timer = setTimeout(() => {
              this.#peer.receive(message)
            }, ACK_DELAY_MS).unref()
          }
        },
      },
      {
        onSnapshot: ({ pool, counts }) => {
          this.#take(pool, counts)
        },
        onDelta: ({ pool, counts, ended }) => {
          this.#take(pool, counts)
          if (ended !== undefined) this.#listener.onEnded(ended)
        },
        onJobNews: () => undefined,
      },
    )
    // Never within the call that sends: the client counts on its own state being settled.
    const receive = (message: FromOwner): void => {
      setImmediate(() => {
        if (this.#is_open) this.#connection.receive(message)
      })
    }
    this.#peer = server.connect({
      send: receive,
      close: () => undefined,
      isTrusted: () => true,
      is_remote: false,
    })
    this.#connection.watch()
  }

  /** null before the first snapshot. */
  get summary(): YardSummary | null {
    return this.#summary
  }

  readonly api: ApiClient = (name, input, signal) => this.#connection.call(name, input, signal)

  close(): void {
    this.#is_open = false
    if (this.#ack_timer !== null) clearTimeout(this.#ack_timer)
    this.#peer.closed()
  }

  #take(pool: PoolStatus | undefined, counts: StateCounts | undefined): void {
    this.#pool = pool ?? this.#pool
    this.#counts = counts ?? this.#counts
    if (this.#pool === null || this.#counts === null) return
    const summary = summarise(this.#pool, this.#counts)
    if (isSameSummary(this.#summary, summary)) return
    this.#summary = summary
    this.#listener.onSummary(summary)
  }
}
