import type { FromWorker, ToWorker } from '../../../shared/worker-protocol.ts'

/** How a worker process went. Exit codes of `utilityProcess` are not to be trusted alone: `reason` says what is known. */
export interface WorkerExit {
  readonly code: number | null
  readonly signal: string | null
  /** It ended itself because the module job it ran did not end when it was asked to. */
  readonly stopped: boolean
  /** A sentence for a person. */
  readonly reason: string
}

export interface WorkerProcessListener {
  /** A message that parsed. */
  onMessage(message: FromWorker): void
  /** A message that is not of the protocol (a job may have sent it). */
  onBadMessage(detail: string): void
  /** What the worker itself (not a job) wrote to stdout or stderr. */
  onOutput(text: string): void
  /** Called once, after the last onMessage. Never called before the spawn call has returned. */
  onExit(exit: WorkerExit): void
}

/** One child process of the pool, whatever kind of process the host has. */
export interface WorkerProcess {
  /** undefined before it is up and after it is gone. */
  readonly pid: number | undefined
  /** False where the process is gone; what was sent before it is up is delivered when it is. */
  send(message: ToWorker): boolean
  /** SIGKILL, at once; safe at any time, also before the process is up. */
  kill(): void
}

/** Spawns a worker process. The host gives one: `child_process.fork` or `utilityProcess.fork`. */
export type SpawnWorkerProcess = (listener: WorkerProcessListener) => WorkerProcess
