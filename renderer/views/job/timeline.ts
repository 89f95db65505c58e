import type { Attempt, Cause, Job } from '../../../shared/job.ts'
import { isWaiting } from '../../../shared/job.ts'
import { overJob } from './over-job.ts'

/** A span of a job's life; `over`: it had ended, before it was queued again. `to_ms` null: it goes on. */
export interface TimelineSpan {
  readonly kind: 'waiting' | 'attempt' | 'resting' | 'over'
  readonly from_ms: number
  readonly to_ms: number | null
  /** Of an attempt. */
  readonly number: number | null
  readonly outcome: 'going-on' | 'good' | 'bad' | 'stopped'
  readonly cause: Cause | null
  readonly exit_code: number | null
  readonly signal: string | null
}

const NOTHING = { number: null, outcome: 'going-on', cause: null, exit_code: null, signal: null } as const

/** What a job did from the moment it was queued: waits and attempts, in order. */
export function timelineOf(job: Job, attempts: readonly Attempt[]): TimelineSpan[] {
  const spans: TimelineSpan[] = []
  // A job that was queued again has attempts from before.
  let at_ms = Math.min(job.queued_ms, attempts[0]?.started_ms ?? job.queued_ms)
  const passTo = (to_ms: number | null): void => {
    if (job.queued_ms > at_ms && (to_ms === null || job.queued_ms <= to_ms)) {
      spans.push({ ...NOTHING, kind: 'over', from_ms: at_ms, to_ms: job.queued_ms })
      at_ms = job.queued_ms
    }
    spans.push({ ...NOTHING, kind: 'waiting', from_ms: at_ms, to_ms })
  }
  for (const attempt of attempts) {
    // Clocks are set back, too: nothing ends before it begins.
    const from_ms = Math.max(at_ms, attempt.started_ms)
    if (from_ms > at_ms || (spans.length === 0 && job.queued_ms <= from_ms)) passTo(from_ms)
    const to_ms = attempt.ended_ms === null ? null : Math.max(from_ms, attempt.ended_ms)
    spans.push({ ...attemptFacts(attempt), kind: 'attempt', from_ms, to_ms })
    at_ms = to_ms ?? from_ms
  }
  const last_open = spans.at(-1)?.to_ms === null
  if (last_open) return spans
  if (isWaiting(job.state)) passTo(null)
  else if (job.state === 'interrupted') {
    spans.push({ ...NOTHING, kind: 'resting', from_ms: at_ms, to_ms: null })
  } else {
    const ended_ms = overJob(job)?.ended_ms ?? at_ms
    if (ended_ms > at_ms) passTo(ended_ms)
  }
  return spans
}

function attemptFacts({
  number,
  cause,
  exit_code,
  signal,
  ended_ms,
}: Attempt): Omit<TimelineSpan, 'kind' | 'from_ms' | 'to_ms'> {
  const facts = { number, cause, exit_code, signal }
  if (ended_ms === null) return { ...facts, outcome: 'going-on' }
  if (cause === 'user' || cause === 'halt') return { ...facts, outcome: 'stopped' }
  return { ...facts, outcome: cause === 'exit' && (exit_code ?? 0) === 0 ? 'good' : 'bad' }
}

/**
 * How wide each span is drawn, in shares of 1: by its time, but none so narrow that it cannot be seen.
 * @param now_ms for a span that goes on
 */
export function spanShares(spans: readonly TimelineSpan[], now_ms: number, min_share: number): number[] {
  // How long it lay there before it was queued again may be days: that is no part of the picture.
  const times = spans.map(({ kind, from_ms, to_ms }) =>
    kind === 'over' ? 0 : Math.max(0, (to_ms ?? now_ms) - from_ms),
  )
  const total = times.reduce((sum, time) => sum + time, 0)
  const raw = times.map((time) => Math.max(min_share, total === 0 ? 1 / times.length : time / total))
  const sum = raw.reduce((all, share) => all + share, 0)
  return raw.map((share) => share / sum)
}
