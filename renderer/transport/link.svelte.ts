import type { PushListener } from '../../shared/api-client.ts'
import { ApiConnection, makeApiClient } from '../../shared/api-client.ts'
import type { ApiClient } from '../../shared/ipc.ts'
import type { JobNews } from '../../shared/yard.ts'
import { backoffAfter } from './backoff.ts'
import type { OpenedWire, Transport, WireLoss } from './transport.ts'

/** `connecting`: for the first time. `no-session`: a person must open the page by its link; this or another tab will do. */
export type LinkState = 'connecting' | 'open' | 'reconnecting' | 'no-session'

const LOST = {
  code: 'OWNER_LOST',
  message: 'The connection to Jobyard is lost.',
} as const

/** One link to the owner that outlives its connections: it reconnects, watches anew, and opens the open job again. */
export class Link {
  state = $state<LinkState>('connecting')
  readonly api: ApiClient
  readonly #transport: Transport
  readonly #listener: Omit<PushListener, 'onJobNews'>
  #job_listeners: readonly ((news: JobNews) => void)[] = []
  #connection: ApiConnection
  #wire: OpenedWire | null = null
  #job_id: number | null = null
  #failures = 0
  #was_open = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(transport: Transport, listener: Omit<PushListener, 'onJobNews'>) {
    this.#transport = transport
    this.#listener = listener
    this.#connection = lostConnection()
    this.api = makeApiClient(() => this.#connection)
  }

  start(): () => void {
    void this.#open()
    const retry = (): void => {
      if (this.state === 'reconnecting' || this.state === 'no-session') this.retryNow()
    }
    window.addEventListener('online', retry)
    // A new link that is opened in this page changes nothing but what stands behind the `#`.
    window.addEventListener('hashchange', retry)
    return () => {
      window.removeEventListener('online', retry)
      window.removeEventListener('hashchange', retry)
      clearTimeout(this.#timer)
      this.#wire?.close()
    }
  }

  /** Does not wait for the next try. */
  retryNow(): void {
    clearTimeout(this.#timer)
    void this.#open()
  }

  /**
   * News of this job from now on. One job is open at a time.
   * @returns closes it
   */
  openJob(job_id: number, listener: (news: JobNews) => void): () => void {
    this.#job_id = job_id
    this.#connection.openJob(job_id)
    this.#job_listeners = [...this.#job_listeners, listener]
    return () => {
      this.#job_listeners = this.#job_listeners.filter((other) => other !== listener)
      if (this.#job_id !== job_id || this.#job_listeners.length > 0) return
      this.#job_id = null
      this.#connection.openJob(null)
    }
  }

  async #open(): Promise<void> {
    let isOver = false
    const lose = (reason: WireLoss): void => {
      if (isOver) return
      isOver = true
      connection.lost(LOST)
      this.#wire = null
      this.#lost(reason)
    }
    const holder: { wire: OpenedWire | null } = { wire: null }
    const connection = new ApiConnection(
      {
        send: (message) => {
          holder.wire?.send(message)
        },
      },
      {
        onSnapshot: (yard) => {
          this.#failures = 0
          this.#was_open = true
          this.state = 'open'
          this.#listener.onSnapshot(yard)
        },
        onDelta: (yard) => {
          this.#listener.onDelta(yard)
        },
        onJobNews: (news) => {
          for (const listener of this.#job_listeners) listener(news)
        },
      },
    )
    try {
      const wire = await this.#transport.open({
        message: (message) => {
          if (!isOver) connection.receive(message)
        },
        closed: lose,
      })
      holder.wire = wire
      this.#wire = wire
    } catch {
      lose('lost')
      return
    }
    this.#connection = connection
    connection.watch()
    if (this.#job_id !== null) connection.openJob(this.#job_id)
  }

  #lost(reason: WireLoss): void {
    if (reason === 'no-session') this.state = 'no-session'
    else if (this.state === 'open' || (this.state === 'no-session' && this.#was_open))
      this.state = 'reconnecting'
    this.#failures += 1
    this.#timer = setTimeout(() => void this.#open(), backoffAfter(this.#failures))
  }
}

/** Stands for the connection that is not there yet. */
function lostConnection(): ApiConnection {
  const nobody = (): void => undefined
  const connection = new ApiConnection(
    { send: nobody },
    { onSnapshot: nobody, onDelta: nobody, onJobNews: nobody },
  )
  connection.lost(LOST)
  return connection
}
