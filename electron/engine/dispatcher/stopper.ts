import { serialiseError } from '../../../shared/errors.ts'
import type { SerialisedError } from '../../../shared/errors.ts'
import type { StopReason } from '../../../shared/job.ts'
import { SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import type { StopPolicy } from '../../../shared/job-spec.ts'
import type { Journal } from '../store/journal.ts'
import type { Changes } from '../store/store-records.ts'
import type { ActiveAttempt } from './active-attempts.ts'
import { hasStarted } from './active-attempts.ts'
import { relativeTimeout } from '../../../shared/relative-timeout.ts'
import type { UsualRun } from '../../../shared/status.ts'
import { setLongTimeout } from './long-timer.ts'
import type { TransitionGuard } from './transition-guard.ts'

/** After the grace the worker has this long to report the end; then it is killed. */
const STOP_MARGIN_MS = 5_000
/** So long the disk may take to write that an attempt is to stop. */
const WRITE_PATIENCE_MS = 1_000

export interface StopperOptions {
  readonly journal: Journal
  readonly announce: (changes: Changes) => void
  readonly onFault: (fault: SerialisedError) => void
  readonly guard: TransitionGuard
  /** What jobs of that name take that succeed; null: none is known. */
  readonly usualRun: (name: string) => Promise<UsualRun | null>
  readonly now: () => number
}

/** Ends, suspends and resumes attempts that have started, and watches their timeouts. */
export class Stopper {
  readonly #options: StopperOptions

  constructor(options: StopperOptions) {
    this.#options = options
  }

  /**
   * Asks a started attempt to end. A cancel outranks an earlier reason: what a person asked for counts. Asked again
   * with `now` it is killed without a grace.
   */
  stop(attempt: ActiveAttempt, reason: StopReason, now = false): void {
    if (!hasStarted(attempt.phase)) return
    if (attempt.phase === 'stopping') {
      if (reason === 'cancel' || reason === 'halt') attempt.stop_reason = reason
      if (now) this.#send(attempt, { ...policyOf(attempt), grace_ms: 0 })
      return
    }
    attempt.phase = 'stopping'
    attempt.stop_reason = reason
    attempt.clearTimer?.()
    attempt.clearTimer = null
    const policy = now ? { ...policyOf(attempt), grace_ms: 0 } : policyOf(attempt)
    let isSent = false
    const send = (): void => {
      clearTimeout(late)
      if (!isSent) this.#send(attempt, policy)
      isSent = true
    }
    // Written first: after a crash of ours the job is known to have been asked to stop. But a job that fills the disk
    // must end all the same.
    const late = setTimeout(send, WRITE_PATIENCE_MS)
    this.#write(attempt, 'stopping', reason)
      .catch((error: unknown) => {
        this.#options.onFault(serialiseError(error))
      })
      .finally(send)
  }

  suspend(attempt: ActiveAttempt): boolean {
    if (attempt.phase !== 'running') return false
    attempt.runner.suspend(attempt.attempt_id)
    return true
  }

  resume(attempt: ActiveAttempt): boolean {
    if (attempt.phase !== 'suspended') return false
    attempt.runner.resume(attempt.attempt_id)
    return true
  }

  /** The worker has stopped or continued the process tree. The clock of the timeout stands still meanwhile. */
  onSuspended(attempt: ActiveAttempt, suspended: boolean, at_ms: number): void {
    // It was asked to stop meanwhile: that outranks.
    if (attempt.phase === 'stopping') return
    const state = suspended ? 'suspended' : 'running'
    if (!this.#options.guard(attempt.phase, suspended ? 'suspend' : 'resume', state)) return
    attempt.phase = state
    if (suspended) {
      attempt.clearTimer?.()
      attempt.clearTimer = null
      if (attempt.timeout_left_ms !== null) attempt.timeout_left_ms -= at_ms - attempt.timeout_armed_ms
    } else {
      this.#arm(attempt)
    }
    this.#write(attempt, state, null).catch((error: unknown) => {
      this.#options.onFault(serialiseError(error))
    })
  }

  /** Starts the clock of an attempt that has just started. */
  armTimeout(attempt: ActiveAttempt): void {
    const { timeout_ms, timeout_percent } = attempt.spec
    if (timeout_percent !== undefined) {
      this.#armRelative(attempt, timeout_percent).catch((error: unknown) => {
        this.#options.onFault(serialiseError(error))
      })
    } else if (timeout_ms !== undefined) {
      attempt.timeout_left_ms = timeout_ms
      this.#arm(attempt)
    }
  }

  /** The first that runs has nothing to be measured by, and so no timeout. */
  async #armRelative(attempt: ActiveAttempt, percent: number): Promise<void> {
    const usual = await this.#options.usualRun(attempt.job.name)
    if (usual === null || !hasStarted(attempt.phase) || attempt.phase === 'stopping') return
    const ran_ms = this.#options.now() - (attempt.start?.started_ms ?? this.#options.now())
    attempt.timeout_left_ms = relativeTimeout(usual, percent) - ran_ms
    // Suspended meanwhile: the clock goes on when it does.
    if (attempt.phase === 'running') this.#arm(attempt)
  }

  #arm(attempt: ActiveAttempt): void {
    if (attempt.timeout_left_ms === null) return
    attempt.timeout_armed_ms = this.#options.now()
    attempt.clearTimer = setLongTimeout(() => {
      this.stop(attempt, 'timeout')
    }, attempt.timeout_left_ms)
  }

  #send(attempt: ActiveAttempt, policy: StopPolicy): void {
    if (attempt.phase !== 'stopping') return
    attempt.clearTimer?.()
    attempt.runner.stop(attempt.attempt_id, policy)
    attempt.clearTimer = setLongTimeout(() => {
      // The worker does not answer (a module that never yields, say): it goes, and its tree with it.
      attempt.runner.kill()
    }, policy.grace_ms + STOP_MARGIN_MS)
  }

  async #write(
    attempt: ActiveAttempt,
    state: 'running' | 'suspended' | 'stopping',
    stop_reason: StopReason | null,
  ): Promise<void> {
    const changes = await this.#options.journal.write({
      type: 'set-active',
      job_id: attempt.job.id,
      state,
      stop_reason,
    })
    this.#options.announce(changes)
  }
}

function policyOf(attempt: ActiveAttempt): StopPolicy {
  return attempt.spec.stop ?? SPEC_DEFAULTS.stop
}
