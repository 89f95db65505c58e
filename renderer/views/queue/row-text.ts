/** What a row of the queue says, in words. */
import { missingCase } from '../../../shared/errors.ts'
import type { HistoryJob } from '../../../shared/status.ts'
import { formatAgo, formatDuration, formatEstimate, formatRelative, formatRunning } from '../../format.ts'
import { CAUSE_WORDS, WAIT_WORDS } from '../../state/words.ts'

/** A job that has just begun may run at any speed. */
const LEAST_RUN_MS = 2_000
/** Less progress than this foretells nothing. */
const LEAST_PROGRESS = 0.03

/** Why it is where it is: what it waits for, or how it ended. '' while it runs. */
export function reasonText({ job, wait_reason }: HistoryJob, now_ms: number): string {
  switch (job.state) {
    case 'scheduled':
      return `Starts ${formatRelative(job.due_ms, now_ms)}`
    case 'retrying':
      return `Tries again ${formatRelative(job.due_ms, now_ms)}`
    case 'blocked':
      return job.needs_open === 1 ? 'Waits for 1 other job' : `Waits for ${job.needs_open} other jobs`
    case 'held':
    case 'queued':
      return wait_reason === null ? '' : WAIT_WORDS[wait_reason]
    case 'running':
      return ''
    case 'suspended':
      return 'Its process is suspended'
    case 'stopping':
      return 'Waits for its processes to end'
    case 'interrupted':
    case 'cancelled':
    case 'skipped':
      return CAUSE_WORDS[job.cause]
    case 'failed':
      return job.cause === 'exit' && job.exit_code !== null
        ? `${CAUSE_WORDS.exit} ${job.exit_code}`
        : CAUSE_WORDS[job.cause]
    case 'succeeded':
      return ''
    default:
      return missingCase(job)
  }
}

/** How long it runs or ran, or since when it waits. */
export function timeText({ job }: HistoryJob, now_ms: number): string {
  switch (job.state) {
    case 'running':
    case 'suspended':
    case 'stopping':
      return formatRunning(now_ms - job.started_ms)
    case 'interrupted':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'skipped':
      return job.started_ms === null ? '' : formatDuration(job.ended_ms - job.started_ms)
    case 'held':
    case 'blocked':
    case 'scheduled':
    case 'retrying':
    case 'queued':
      return formatAgo(job.queued_ms, now_ms)
    default:
      return missingCase(job)
  }
}

/** What is left of a running job, judging by its progress; '' where nobody can say. */
export function leftText(started_ms: number, progress: number | null, now_ms: number): string {
  if (progress === null || progress < LEAST_PROGRESS || progress >= 1) return ''
  const ran_ms = now_ms - started_ms
  if (ran_ms < LEAST_RUN_MS) return ''
  return `${formatEstimate((ran_ms / progress) * (1 - progress))} left`
}
