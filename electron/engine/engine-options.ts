import type { SerialisedError } from '../../shared/errors.ts'
import type { DataPaths } from './store/data-dir.ts'
import type { Store } from './store/store.ts'
import type { SpawnWorkerProcess } from './worker-pool/worker-process.ts'

export interface EngineOptions {
  readonly store: Store
  readonly paths: DataPaths
  readonly spawnWorker: SpawnWorkerProcess
  /** Workers; by default one a core, or what was set last for this data directory. */
  readonly concurrency?: number | undefined
  /** Where a fault of ours is logged that nobody listens to. */
  readonly log?: (fault: SerialisedError) => void
  /**
   * A job of this submission ends badly (failed, cancelled, interrupted). Called before that is written and before
   * anything else can start; so that this holds for module jobs too, none is handed to a worker ahead of time.
   */
  readonly onBadEnd?: ((submission_id: number) => void) | undefined
  /** Throw at an illegal transition instead of refusing it: for tests. */
  readonly strict?: boolean
  readonly now?: () => number
  readonly random?: () => number
}
