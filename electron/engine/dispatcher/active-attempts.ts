import type { StopReason } from '../../../shared/job.ts'
import type { CommonSpec } from '../store/spec-text.ts'
import type { AttemptStart, ReadyJob } from '../store/store-records.ts'
import type { WorkerRunner } from '../worker-pool/worker-runner.ts'

/**
 * claiming   its lease is on the way to disk
 * handed     leased and with its worker, not started: it can be recalled
 * running … stopping as the states of a job
 * over       its end, or its return to the queue, is on the way to disk
 */
export type AttemptPhase = 'claiming' | 'handed' | 'running' | 'suspended' | 'stopping' | 'over'

/** An attempt from its claim to its end, as the engine holds it in memory. */
export interface ActiveAttempt {
  readonly attempt_id: number
  readonly job: ReadyJob
  readonly spec: CommonSpec
  readonly runner: WorkerRunner
  phase: AttemptPhase
  stop_reason: StopReason | null
  /** Set when the worker said it started. */
  start: AttemptStart | null
  /** Its start file said so first. */
  begun_unsaid: boolean
  /** The start was written to the journal: the end only updates the row. */
  start_written: boolean
  /** Clears the timeout or the deadline of the stop. */
  clearTimer: (() => void) | null
  /** Running time left before the timeout when it was suspended. */
  timeout_left_ms: number | null
  timeout_armed_ms: number
  /** What it used when it was found over its memory limit. */
  memory_bytes: number | null
}

/** One whose lease is on the way to disk. */
export function newAttempt(
  attempt_id: number,
  job: ReadyJob,
  spec: CommonSpec,
  runner: WorkerRunner,
): ActiveAttempt {
  return {
    attempt_id,
    job,
    spec,
    runner,
    phase: 'claiming',
    stop_reason: null,
    start: null,
    begun_unsaid: false,
    start_written: false,
    clearTimer: null,
    timeout_left_ms: null,
    timeout_armed_ms: 0,
    memory_bytes: null,
  }
}

/** Every attempt between its claim and its end, found by attempt and by job. */
export class ActiveAttempts {
  readonly #byAttempt = new Map<number, ActiveAttempt>()
  readonly #byJob = new Map<number, ActiveAttempt>()
  #whenNone: (() => void)[] = []
  readonly #onBegunUnsaid = new Set<(attempt: ActiveAttempt) => void>()

  get size(): number {
    return this.#byAttempt.size
  }

  add(attempt: ActiveAttempt): void {
    this.#byAttempt.set(attempt.attempt_id, attempt)
    this.#byJob.set(attempt.job.id, attempt)
  }

  get(attempt_id: number): ActiveAttempt | undefined {
    return this.#byAttempt.get(attempt_id)
  }

  ofJob(job_id: number): ActiveAttempt | undefined {
    return this.#byJob.get(job_id)
  }

  delete(attempt: ActiveAttempt): void {
    attempt.clearTimer?.()
    attempt.clearTimer = null
    attempt.phase = 'over'
    this.#byAttempt.delete(attempt.attempt_id)
    if (this.#byJob.get(attempt.job.id) === attempt) this.#byJob.delete(attempt.job.id)
    if (this.#byAttempt.size === 0) for (const resolve of this.#whenNone.splice(0)) resolve()
  }

  all(): IterableIterator<ActiveAttempt> {
    return this.#byAttempt.values()
  }

  /** Attempts that have started and are not over. */
  countStarted(): number {
    let count = 0
    for (const attempt of this.#byAttempt.values()) if (hasStarted(attempt.phase)) count += 1
    return count
  }

  /** Calls for attempts whose begin their worker does not get to say. @returns the function that ends it */
  onBegunUnsaid(listener: (attempt: ActiveAttempt) => void): () => void {
    this.#onBegunUnsaid.add(listener)
    return () => {
      this.#onBegunUnsaid.delete(listener)
    }
  }

  tellBegunUnsaid(attempt: ActiveAttempt): void {
    for (const listener of [...this.#onBegunUnsaid]) listener(attempt)
  }

  /** Resolves when no attempt is active; at once where none is. */
  whenNone(): Promise<void> {
    if (this.#byAttempt.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenNone.push(resolve))
  }
}

export function hasStarted(phase: AttemptPhase): boolean {
  return phase === 'running' || phase === 'suspended' || phase === 'stopping'
}
