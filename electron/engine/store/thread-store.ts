import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { deserialiseError, JobyardError } from '../../../shared/errors.ts'
import type { DatabaseOptions } from './database.ts'
import type { Operation, OperationResult } from './store-operations.ts'
import type { AnswerOf, Query, QueryName, QueryOf } from './store-queries.ts'
import type { ResultsOf, Store } from './store.ts'
import type { FromStoreThread, StoreThreadData, ToStoreThread } from './thread-messages.ts'
import { packOperation, unpackReady, unpackResult } from './thread-messages.ts'

/**
 * Messages are short-lived: left alone, V8 lets their garbage grow by a hundred megabytes in a bulk submit, and with the
 * megabyte it begins with a fifth of the thread's time goes into collecting.
 */
const YOUNG_GENERATION_MB = 12
/** A young generation is three such spaces. */
const SEMI_SPACE_MB = YOUNG_GENERATION_MB / 3

export interface ThreadStoreOptions extends DatabaseOptions {
  /** File of the thread: store-thread.ts, or what it is built to. */
  readonly entry: string
}

/**
 * Opens the database on a thread of its own.
 * @throws JobyardError DATA_TOO_NEW, DATA_CORRUPT, DATA_DIR_UNUSABLE, STORE_FAILED
 */
export async function openThreadStore(options: ThreadStoreOptions): Promise<Store> {
  const { entry, ...workerData } = options
  // A new thread takes it up when it begins; there is no limit of its own for it.
  setFlagsFromString(`--min-semi-space-size=${SEMI_SPACE_MB}`)
  const worker = new Worker(entry, {
    name: 'jobyard-store',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    workerData: workerData satisfies StoreThreadData,
  })
  const store = new ThreadStore(worker)
  try {
    await store.opened
  } finally {
    setFlagsFromString('--min-semi-space-size=0')
  }
  return store
}

interface Pending {
  readonly resolve: (message: FromStoreThread) => void
  readonly reject: (error: JobyardError) => void
}

/** Questions go out as they are asked; answers come in the same order. */
class ThreadStore implements Store {
  /** Resolves when the database is open. */
  readonly opened: Promise<unknown>
  readonly #worker: Worker
  readonly #exited: Promise<unknown>
  readonly #pending: Pending[] = []
  /** Why nothing can be asked any more. */
  #over: JobyardError | null = null
  #closing: Promise<void> | null = null

  constructor(worker: Worker) {
    this.#worker = worker
    this.#exited = new Promise((resolve) => worker.once('exit', resolve))
    worker.on('message', (message: FromStoreThread) => {
      this.#receive(message)
    })
    worker.on('error', (error) => {
      this.#end(`failed: ${error instanceof Error ? error.message : String(error)}`)
    })
    worker.on('exit', () => {
      this.#end('ended')
    })
    this.opened = new Promise<FromStoreThread>((resolve, reject) => this.#pending.push({ resolve, reject }))
  }

  // The thread runs the operations in order and gives for each what its type says: that much is taken on trust.
  commit<const T extends readonly Operation[]>(operations: T): Promise<ResultsOf<T>>
  async commit(operations: readonly Operation[]): Promise<readonly OperationResult[]> {
    const answer = await this.#ask({ type: 'commit', operations: operations.map(packOperation) })
    if (answer.type !== 'results') throw unexpected(answer)
    return answer.results.map(unpackResult)
  }

  query<K extends QueryName>(query: QueryOf<K>): Promise<AnswerOf<K>>
  async query(query: Query): Promise<AnswerOf<QueryName>> {
    const answer = await this.#ask({ type: 'query', query })
    if (answer.type !== 'answer') throw unexpected(answer)
    return 'ready' in answer.answer ? unpackReady(answer.answer.ready) : answer.answer.plain
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#over ??= new JobyardError('ENGINE_CLOSED', 'The store is closed. Open the data directory again.')
    // A thread that has ended already drops the message.
    this.#worker.postMessage({ type: 'close' } satisfies ToStoreThread)
    await this.#exited
  }

  #ask(message: ToStoreThread): Promise<FromStoreThread> {
    return new Promise((resolve, reject) => {
      if (this.#over !== null) {
        reject(this.#over)
        return
      }
      // Throws where something cannot be cloned: then nothing was sent, and this promise alone is rejected.
      this.#worker.postMessage(message)
      this.#pending.push({ resolve, reject })
    })
  }

  #receive(message: FromStoreThread): void {
    const pending = this.#pending.shift()
    if (message.type === 'failed') pending?.reject(deserialiseError(message.error))
    else pending?.resolve(message)
  }

  /** The thread is gone: nothing that is outstanding will be answered. Whether it was written is not known. */
  #end(how: string): void {
    this.#over ??= new JobyardError('STORE_FAILED', `The thread of the store ${how}. Start Jobyard again.`)
    for (const pending of this.#pending.splice(0)) pending.reject(this.#over)
  }
}

function unexpected(answer: FromStoreThread): JobyardError {
  return new JobyardError(
    'INTERNAL',
    `The store's thread answered "${answer.type}". This is a bug in Jobyard.`,
  )
}
