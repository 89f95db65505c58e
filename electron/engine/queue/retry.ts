import { missingCase } from '../../../shared/errors.ts'
import type { Cause, StopReason } from '../../../shared/job.ts'
import { DEFAULT_RETRY_CAUSES, SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import type { RetryPolicy } from '../../../shared/job-spec.ts'
import type { Outcome } from '../../../shared/worker-protocol.ts'
import type { CommonSpec } from '../store/spec-text.ts'
import type { NextState } from '../store/store-records.ts'

/** How an attempt ended and what its job becomes. */
export interface Verdict {
  readonly cause: Cause
  readonly next: NextState
}

export interface AttemptFacts {
  readonly spec: CommonSpec
  /** Attempts since the submit or the last restart, this one included. */
  readonly tries: number
  readonly now_ms: number
  /** 0..1, for the jitter. */
  readonly random: () => number
}

/** An attempt whose worker told how it ended. `stop_reason` is null where nobody asked it to stop. */
export function judgeOutcome(facts: AttemptFacts, outcome: Outcome, stop_reason: StopReason | null): Verdict {
  const endedWell = outcome.cause === 'exit' && outcome.exit_code === 0
  if (stop_reason === null || !outcome.stopped) {
    if (endedWell) return { cause: 'exit', next: { state: 'succeeded' } }
    // It failed by itself in the very moment: what was cancelled is not tried again.
    if (stop_reason === 'cancel' || stop_reason === 'halt') return judgeStopped(facts, stop_reason)
    return afterFailure(facts, outcome.cause, outcome.exit_code)
  }
  return judgeStopped(facts, stop_reason)
}

/** An attempt that was stopped by us: its tree is gone. */
export function judgeStopped(facts: AttemptFacts, stop_reason: StopReason): Verdict {
  switch (stop_reason) {
    case 'cancel':
      return { cause: 'user', next: { state: 'cancelled' } }
    case 'halt':
      return { cause: 'halt', next: { state: 'cancelled' } }
    case 'timeout':
    case 'memory':
      return afterFailure(facts, stop_reason, null)
    case 'forced-stop':
      return afterInterrupt(facts, 'user')
    default:
      return missingCase(stop_reason)
  }
}

/** An attempt whose worker, app or machine died under it. */
export function judgeInterrupted(
  facts: AttemptFacts,
  cause: 'worker-lost' | 'app-crash' | 'power-loss',
): Verdict {
  const policy = facts.spec.retry
  if (policy !== undefined && policy.causes.includes(cause) && facts.tries <= policy.limit) {
    return {
      cause,
      next: { state: 'retrying', retry_at_ms: facts.now_ms + backoffMs(policy, facts.tries, facts.random) },
    }
  }
  return afterInterrupt(facts, cause)
}

function afterInterrupt(facts: AttemptFacts, cause: Cause): Verdict {
  const policy = facts.spec.on_interrupt ?? SPEC_DEFAULTS.on_interrupt
  switch (policy) {
    case 'ask':
      return { cause, next: { state: 'interrupted' } }
    case 'requeue':
      return { cause, next: { state: 'requeue' } }
    case 'fail':
      return { cause, next: { state: 'failed' } }
    default:
      return missingCase(policy)
  }
}

function afterFailure(facts: AttemptFacts, cause: Cause, exit_code: number | null): Verdict {
  const policy = facts.spec.retry
  if (policy === undefined || facts.tries > policy.limit) return { cause, next: { state: 'failed' } }
  const causes: readonly Cause[] = policy.causes.length > 0 ? policy.causes : DEFAULT_RETRY_CAUSES
  const codeAllows =
    cause !== 'exit' || policy.exit_codes === null || policy.exit_codes.includes(exit_code ?? -1)
  if (!causes.includes(cause) || !codeAllows) return { cause, next: { state: 'failed' } }
  return {
    cause,
    next: { state: 'retrying', retry_at_ms: facts.now_ms + backoffMs(policy, facts.tries, facts.random) },
  }
}

/**
 * The wait before the next attempt.
 * @param tries attempts made so far, at least 1
 * @param random 0..1; 0.5 is no jitter
 * @returns milliseconds; exponential doubles each time, `max_ms` bounds it before and after the jitter
 * @internal for tests
 */
export function backoffMs(policy: RetryPolicy, tries: number, random: () => number): number {
  const factor = policy.backoff === 'exponential' ? 2 ** Math.min(tries - 1, 52) : 1
  const plain = Math.min(policy.max_ms, policy.interval_ms * factor)
  const shifted = plain * (1 + policy.jitter * (2 * random() - 1))
  return Math.round(Math.min(policy.max_ms, shifted))
}
