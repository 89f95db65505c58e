import { createConnection } from 'node:net'
import type { Socket } from 'node:net'
import { ApiConnection, makeApiClient } from '../../shared/api-client.ts'
import type { Wire } from '../../shared/api-client.ts'
import type { FromOwner } from '../../shared/api-protocol.ts'
import { API_VERSION, isFromOwner } from '../../shared/api-protocol.ts'
import { JobyardError, serialiseError } from '../../shared/errors.ts'
import type { ApiClient } from '../../shared/ipc.ts'
import type { RunningJob, YardSnapshot } from '../../shared/yard.ts'
import { notedSocketAddress } from '../engine/api/local-socket-place.ts'
import { readLines, sendLine } from '../engine/api/message-lines.ts'

/** An owner that does not say hello within this time hangs. */
const HELLO_MS = 10_000

/** The command line's end of a connection to an owner. */
export class OwnerClient {
  readonly api: ApiClient
  /** Another process is the owner, and goes on when we are through. */
  readonly is_elsewhere: boolean
  readonly #connection: ApiConnection
  readonly #end: () => void
  #yard: YardSnapshot | null = null
  #news = Promise.withResolvers<undefined>()
  #lost = false

  constructor(wire: Wire & { readonly end: () => void }, is_elsewhere: boolean) {
    this.is_elsewhere = is_elsewhere
    this.#end = wire.end
    this.#connection = new ApiConnection(wire, {
      onSnapshot: (yard) => {
        this.#yard = yard
        this.#tell()
      },
      onDelta: ({ pool, running }) => {
        if (this.#yard !== null)
          this.#yard = {
            ...this.#yard,
            pool: pool ?? this.#yard.pool,
            running: running ?? this.#yard.running,
          }
        this.#tell()
      },
      onJobNews: () => undefined,
    })
    this.api = makeApiClient(() => this.#connection)
  }

  /** Jobs that run there, as far as was heard; none before `yard` was asked for. */
  get runningJobs(): readonly RunningJob[] {
    return this.#yard?.running ?? []
  }

  /** The owner has ended, or the connection to it. */
  get isLost(): boolean {
    return this.#lost
  }

  /** What the owner said last of itself; of what changes later only `pool` and `running` are kept up. */
  async yard(): Promise<YardSnapshot> {
    if (this.#yard === null) this.#connection.watch()
    while (this.#yard === null) await this.news()
    return this.#yard
  }

  /**
   * Resolves at the next thing that happens there, once `yard` was asked for. To be called before what may have changed
   * is read, so that nothing is missed in between.
   * @throws JobyardError OWNER_LOST
   */
  news(): Promise<undefined> {
    // Stays rejected once the owner is lost, and is marked as heard there: nobody may be waiting for it.
    return this.#news.promise
  }

  receive(message: FromOwner): void {
    this.#connection.receive(message)
  }

  lost(): void {
    this.#lost = true
    this.#connection.lost(serialiseError(ownerLost()))
    this.#news.promise.catch(() => undefined)
    this.#news.reject(ownerLost())
  }

  close(): void {
    this.#end()
  }

  #tell(): void {
    const { resolve } = this.#news
    this.#news = Promise.withResolvers()
    resolve(undefined)
  }
}

function ownerLost(): JobyardError {
  return new JobyardError('OWNER_LOST', 'The Jobyard that worked this directory has ended.')
}

/**
 * The owner of a data directory, by its local socket; null where none listens.
 * @throws JobyardError WRONG_STATE where it is of another version, OWNER_LOST where it does not answer
 */
export async function reachOwner(data_dir: string): Promise<OwnerClient | null> {
  const address = notedSocketAddress(data_dir)
  const socket = address === null ? null : await connect(address)
  if (socket === null) return null
  const client = new OwnerClient(
    {
      send: (message) => {
        sendLine(socket, message)
      },
      end: () => {
        socket.destroy()
      },
    },
    true,
  )
  try {
    await greet(socket, client)
    return client
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** Null where nobody listens: the owner was killed, or has just ended. */
function connect(address: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createConnection(address)
    socket.once('connect', () => {
      resolve(socket)
    })
    // Later errors are told by `close`.
    socket.on('error', () => {
      resolve(null)
    })
  })
}

/** Reads from the socket, and waits until the owner has said who it is. */
async function greet(socket: Socket, client: OwnerClient): Promise<void> {
  const greeted = Promise.withResolvers<undefined>()
  const late = setTimeout(() => {
    greeted.reject(new JobyardError('OWNER_LOST', 'The Jobyard that works this directory does not answer.'))
  }, HELLO_MS)
  readLines(socket, (message) => {
    if (!isFromOwner(message)) socket.destroy()
    else if (message.type !== 'hello') client.receive(message)
    else if (message.api_version === API_VERSION) greeted.resolve(undefined)
    else greeted.reject(otherVersion(message.version))
  })
  socket.once('close', () => {
    client.lost()
    greeted.reject(ownerLost())
  })
  try {
    await greeted.promise
  } finally {
    clearTimeout(late)
  }
}

function otherVersion(version: string): JobyardError {
  return new JobyardError(
    'WRONG_STATE',
    `The Jobyard that works this directory is of another version (${version}). Use that one, or start it anew.`,
  )
}
