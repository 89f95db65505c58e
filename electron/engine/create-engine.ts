import { setFlagsFromString } from 'node:v8'
import type { SerialisedError } from '../../shared/errors.ts'
import { Engine } from './engine.ts'
import type { DataPaths } from './store/data-dir.ts'
import { dataPaths, prepareDataDir } from './store/data-dir.ts'
import type { OwnerHost } from './store/owner-lock.ts'
import { acquireOwnerLock } from './store/owner-lock.ts'
import { openThreadStore } from './store/thread-store.ts'
import type { SpawnWorkerProcess } from './worker-pool/worker-process.ts'

export interface CreateEngineOptions {
  /** Absolute; made where it is not there. */
  readonly data_dir: string
  readonly host: OwnerHost
  /** Of Jobyard; told to whoever finds the directory owned. */
  readonly version?: string
  /** File of the store's thread (built: out/main/store-thread.js). */
  readonly store_thread: string
  readonly spawnWorker: SpawnWorkerProcess
  readonly concurrency?: number | undefined
  readonly log?: (fault: SerialisedError) => void
  /** See `EngineOptions`. */
  readonly onBadEnd?: ((submission_id: number) => void) | undefined
}

export interface OwnedEngine {
  readonly engine: Engine
  readonly paths: DataPaths
  /** Closes the engine and gives the data directory free. */
  readonly close: () => Promise<void>
}

/**
 * Where much is made and thrown away (a million jobs taken in), V8 would let the space for new objects grow to tens of
 * megabytes and never give them back; left small, it costs no throughput that could be measured.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/**
 * Becomes the owner of a data directory and opens its engine.
 * @throws JobyardError DATA_DIR_OWNED (details.pid), DATA_DIR_UNUSABLE, DATA_TOO_NEW, DATA_CORRUPT
 */
export async function createEngine(options: CreateEngineOptions): Promise<OwnedEngine> {
  keepHeapSmall()
  const paths = dataPaths(options.data_dir)
  prepareDataDir(options.data_dir)
  const lock = acquireOwnerLock(options.data_dir, options.host, options.version)
  try {
    const store = await openThreadStore({ file: paths.database, entry: options.store_thread })
    const engine = await Engine.open({
      store,
      paths,
      spawnWorker: options.spawnWorker,
      concurrency: options.concurrency,
      onBadEnd: options.onBadEnd,
      ...(options.log === undefined ? {} : { log: options.log }),
    })
    return {
      engine,
      paths,
      close: async () => {
        try {
          await engine.close()
        } finally {
          lock.release()
        }
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
