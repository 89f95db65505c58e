import type { StopPolicy } from '../../shared/job-spec.ts'
import type { Outcome, RunOrder, WorkerEvent, WorkerInit } from '../../shared/worker-protocol.ts'
import type { ModuleLoader } from './module-loader.ts'
import type { NodeFinder } from './node-finder.ts'
import type { OutputCapture } from './output-capture.ts'
import type { StartFile } from './start-file.ts'

/** What the attempts of one worker share. */
export interface WorkerContext {
  readonly init: WorkerInit
  readonly start_file: StartFile
  readonly modules: ModuleLoader
  readonly nodes: NodeFinder
  readonly output: OutputCapture
  /** Modules whose last job took under a millisecond: their `started` travels with their `ended`. */
  readonly short_modules: Set<string>
  /** To be sent with others, soon. */
  emit(event: WorkerEvent): void
  /** To be sent within some milliseconds, with what comes until then. */
  emitPatiently(event: WorkerEvent): void
  /** To be sent at once, with what was emitted before. */
  emitNow(event: WorkerEvent): void
}

/** One attempt while it runs. A worker has at most one. */
export interface Attempt {
  readonly order: RunOrder
  /** Runs it to its end. Never rejects for what the job does. */
  run(): Promise<Outcome>
  /** The owner wants to know what runs: says that it has started, where that has not been said. */
  announce(): void
  /** Asked again, a shorter grace counts. */
  stop(policy: StopPolicy): void
  /** @throws JobyardError UNSUPPORTED_KIND, UNSUPPORTED_PLATFORM, WRONG_STATE */
  suspend(): Promise<void>
  /** @throws JobyardError UNSUPPORTED_KIND, UNSUPPORTED_PLATFORM, WRONG_STATE */
  resume(): void
  /**
   * This worker is about to exit because of an error nobody caught. A module job ends by it; of a process only the
   * tree is killed, as far as that goes at once, and the owner sees a lost worker.
   */
  abandon(error: unknown): Outcome | null
  /** The job goes on within this process although it has been reported as ended: the worker must exit. */
  readonly must_exit: boolean
}

/** Progress and output are reported at most once in this time for an attempt. */
export const REPORT_INTERVAL_MS = 100
const MAX_MESSAGE_CHARS = 1_000

/** The longest delay a timer takes; a longer grace is as good as endless. */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** The message of a progress report, cut to what a row can show. */
export function shortMessage(message: string | null): string | null {
  return message !== null && message.length > MAX_MESSAGE_CHARS
    ? message.slice(0, MAX_MESSAGE_CHARS)
    : message
}
