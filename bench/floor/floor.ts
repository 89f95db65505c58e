import Database from 'better-sqlite3'
import { join } from 'node:path'
import { FloorQueue, type Order } from './queue.ts'
import { createTables } from './schema.ts'
import { FloorWorker } from './worker-handle.ts'

/** The composite floor, open: its database, its queue and its forked workers. */
export class Floor {
  readonly file: string
  readonly queue: FloorQueue
  readonly #db: Database.Database
  readonly #workers: readonly FloorWorker[]
  #awaited = 0
  #allEnded: () => void = () => undefined

  private constructor(file: string, workers: readonly FloorWorker[], order: Order) {
    this.file = file
    this.#workers = workers
    this.#db = new Database(file)
    createTables(this.#db)
    this.queue = new FloorQueue(this.#db, {
      order,
      workers,
      onEnded: (ended) => {
        this.#awaited -= ended.length
        if (this.#awaited === 0) this.#allEnded()
      },
    })
  }

  /** Makes the database in `directory` and waits until `workers` processes are ready. */
  static async open(directory: string, workers: number, order: Order, name = 'floor.db'): Promise<Floor> {
    const started = await Promise.all(
      Array.from({ length: workers }, (_, number) => FloorWorker.start(number)),
    )
    return new Floor(join(directory, name), started, order)
  }

  /** Resolves once `jobs` more jobs have ended, on disk. */
  endOf(jobs: number): Promise<undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#awaited = jobs
    this.#allEnded = () => {
      resolve(undefined)
    }
    return promise
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()))
    this.#db.close()
  }
}
