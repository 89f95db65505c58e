/**
 * What the owner and a worker process say to each other. Messages are unions tagged by `type`; things that happen to
 * jobs travel in arrays, because one message a job costs ten times as much as an array of them.
 * Nothing over 64 KiB travels here: a larger spec or result is put in a file and its path is sent.
 */
import type { LogSummary } from './job.ts'
import type { SerialisedError } from './errors.ts'
import type { MemoryLimit, StopPolicy, Task } from './job-spec.ts'

/** The largest spec or result that travels inside a message, in UTF-16 units of its JSON. */
export const MAX_INLINE_CHARS = 65_536

/** With what code a worker ends itself. Anything else was not its own doing (a module called `process.exit`, say). */
export const WORKER_EXIT_CODES = {
  /** Asked to by `shutdown`. */
  asked: 0,
  /** An error nobody caught; its text went to stderr. A module job that threw it has been reported as ended. */
  fault: 1,
  /** A module job did not end within the grace of its `stop`. Before it exits it reports the job as ended and stopped. */
  stopped_module: 75,
  /** The owner is gone, or somebody else sent SIGTERM. */
  owner_gone: 76,
} as const

/** In a start file this stands in place of an attempt's id where the worker names itself. No attempt has it. */
export const WORKER_MARK_ID = 0

/** A `recalled` event with this id answers no `recall`: the attempt was asked to stop before it had started. */
export const UNASKED_RECALL_ID = 0

/** What a worker needs to know of one attempt it is to run. */
export interface RunOrder {
  readonly attempt_id: number
  readonly job_id: number
  /** 1 for the first attempt of the job. */
  readonly number: number
  readonly name: string
  readonly task: Task
  /** JSON text of the module's input: stored and passed on unread. Missing: `task.with`. */
  readonly input_json?: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly stop: StopPolicy
  readonly log_max_bytes: number
  /** Missing: it may use as much memory as there is. */
  readonly memory?: MemoryLimit
}

export interface WorkerInit {
  readonly type: 'init'
  /** Counts the workers of this owner; shown to people. */
  readonly worker_id: number
  /** Names this data directory in the environment of jobs, so that orphans can be told. */
  readonly data_id: string
  /**
   * The worker appends `attempt_id\n` here before it acts, and `attempt_id pid start_time\n` once a process runs (not on
   * Windows). Its first line is one of its own, with WORKER_MARK_ID.
   */
  readonly start_file: string
  /** Folder of the attempts' output; see `logFileName` in log-format.ts. */
  readonly log_dir: string
  /** Folder of stored scripts, each named by the SHA-256 of its content in hex. */
  readonly script_dir: string
  /** Folder for results over MAX_INLINE_CHARS. */
  readonly result_dir: string
}

export type ToWorker =
  | WorkerInit
  /**
   * Runs one after the other, in this order. More than one only for module jobs. `reset_starts`: the start file may be
   * emptied first, because the end of everything handed over before is known to the owner and committed. The worker
   * does so only when it has nothing in hand.
   */
  | { readonly type: 'run'; readonly orders: readonly RunOrder[]; readonly reset_starts: boolean }
  /** Orders read from a JSON file (an array of RunOrder) because they are large. The worker deletes the file. */
  | { readonly type: 'run-file'; readonly path: string; readonly reset_starts: boolean }
  /** Give back what has not been started. Answered by a `recalled` event (with an empty list when all have started). */
  | { readonly type: 'recall'; readonly recall_id: number }
  /**
   * Ask the attempt to end: abort signal for a module, `signal` to the process tree of a command; after `grace_ms` the
   * whole tree is killed. Asked again, a shorter grace counts. A module that does not end cannot be killed alone: the
   * worker reports it and exits (`stopped_module`); one that does not even yield must be ended by `kill()`. An attempt
   * that has not started is given back by a `recalled` event with UNASKED_RECALL_ID, an unknown one is ignored.
   */
  | { readonly type: 'stop'; readonly attempt_id: number; readonly stop: StopPolicy }
  | { readonly type: 'suspend'; readonly attempt_id: number }
  | { readonly type: 'resume'; readonly attempt_id: number }
  /** End when nothing is left to run. */
  | { readonly type: 'shutdown' }

/** How an attempt ended, as the worker saw it. */
export interface Outcome {
  readonly cause: 'exit' | 'exception' | 'signal' | 'spawn-error'
  /** A module that returned has 0, one that threw null. */
  readonly exit_code: number | null
  readonly signal: string | null
  readonly error: SerialisedError | null
  /** A `stop` reached the attempt before it ended by itself: the signal was sent, or the abort signal was given. */
  readonly stopped: boolean
  /** JSON text, or the path of a file that holds it. */
  readonly result: { readonly json: string } | { readonly file: string; readonly bytes: number } | null
  readonly log: LogSummary | null
}

/** Events of one attempt come in order, and its `started` comes before any other. */
export type WorkerEvent =
  /** `pid` and `process_start` (an opaque text of this boot, see process/start-time.ts) are those of the job's process; null for a module, and where the process could not be started (`ended` follows). */
  | {
      readonly type: 'started'
      readonly attempt_id: number
      readonly at_ms: number
      readonly pid: number | null
      readonly process_start: string | null
    }
  | {
      readonly type: 'progress'
      readonly attempt_id: number
      /** 0..1, or null where only the message changed. */
      readonly progress: number | null
      readonly message: string | null
    }
  /** Output was written to the log files: bytes written so far (never fewer, also where older ones were cut). At most every 100 ms for an attempt. */
  | { readonly type: 'output'; readonly attempt_id: number; readonly file_bytes: number }
  /** It has used more memory than its order allows for as long as that allows: it is to be stopped. Told once. */
  | { readonly type: 'over-memory'; readonly attempt_id: number; readonly memory_bytes: number }
  | { readonly type: 'suspended' | 'resumed'; readonly attempt_id: number; readonly at_ms: number }
  /** suspend or resume could not be done. */
  | {
      readonly type: 'refused'
      readonly attempt_id: number
      readonly verb: 'suspend' | 'resume'
      readonly error: SerialisedError
    }
  | { readonly type: 'ended'; readonly attempt_id: number; readonly at_ms: number; readonly outcome: Outcome }
  | { readonly type: 'recalled'; readonly recall_id: number; readonly attempt_ids: readonly number[] }

export type FromWorker =
  | { readonly type: 'ready'; readonly pid: number }
  | { readonly type: 'init-failed'; readonly error: SerialisedError }
  | { readonly type: 'events'; readonly events: readonly WorkerEvent[] }
