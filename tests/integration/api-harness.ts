import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { OwnerApi } from '../../electron/engine/api/api-server.ts'
import { createApiServer } from '../../electron/engine/api/api-server.ts'
import { ApiConnection, makeApiClient } from '../../shared/api-client.ts'
import type { FromOwner, ToOwner } from '../../shared/api-protocol.ts'
import type { ApiClient } from '../../shared/ipc.ts'
import type { JobNews, YardDelta, YardSnapshot } from '../../shared/yard.ts'
import type { RealEngine, RealEngineOptions } from './real-engine.ts'
import { openEngine } from './real-engine.ts'

const ELECTRON = join(import.meta.dirname, '../../electron')
const JOB_FILE_THREAD = join(ELECTRON, 'engine/job-files/job-file-thread.ts')
const HISTORY_THREAD = join(ELECTRON, 'engine/store/history-thread.ts')
const WAIT_MS = 15_000

/** A real engine with its API, closed when the test is over. */
export async function openApi(
  options: RealEngineOptions = {},
): Promise<{ readonly real: RealEngine; readonly server: OwnerApi }> {
  const real = await openEngine(options)
  const owned = { engine: real.engine, paths: real.paths, close: real.close }
  const entries = { job_file_thread: JOB_FILE_THREAD, history_thread: HISTORY_THREAD }
  const server = await createApiServer({ owned, version: '0.0.0-test', entries })
  onTestFinished(() => server.close())
  return { real, server }
}

export interface ClientOptions {
  readonly is_remote?: boolean
  readonly isTrusted?: () => boolean
  /** False: pushes are not acknowledged by themselves. */
  readonly acks?: boolean
}

/** A client on a wire that lets through what JSON lets through. */
export class TestClient {
  readonly api: ApiClient
  readonly connection: ApiConnection
  /** What came, in order. */
  readonly received: FromOwner[] = []
  snapshot: YardSnapshot | null = null
  readonly deltas: YardDelta[] = []
  readonly news: JobNews[] = []
  closed_by_owner = false
  readonly #peer: ReturnType<OwnerApi['connect']>
  #wake: () => void = () => undefined

  constructor(server: OwnerApi, options: ClientOptions = {}) {
    const { is_remote = false, isTrusted = () => true, acks = true } = options
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
    this.#peer = server.connect({
      is_remote,
      isTrusted,
      send: (message) => {
        const copy = JSON.parse(JSON.stringify(message)) as FromOwner
        queueMicrotask(() => {
          this.received.push(copy)
          this.connection.receive(copy)
          this.#wake()
        })
      },
      close: () => {
        this.closed_by_owner = true
        this.#wake()
      },
    })
    this.api = makeApiClient(() => this.connection)
  }

  /** Sends what a client of ours would never send, too. */
  say(message: ToOwner | Record<string, unknown>): void {
    this.#peer.receive(JSON.parse(JSON.stringify(message)))
  }

  leave(): void {
    this.#peer.closed()
  }

  /** Waits until a condition holds; it is looked at whenever something came. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = AbortSignal.timeout(WAIT_MS)
    while (!condition()) {
      if (deadline.aborted) throw new Error(`Waited in vain for ${what}.`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        deadline.addEventListener('abort', () => {
          resolve()
        })
      })
    }
  }
}
