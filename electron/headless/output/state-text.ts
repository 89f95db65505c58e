import type { Colors } from 'picocolors/types'
import { formatDuration } from '../../../shared/duration.ts'
import { missingCase } from '../../../shared/errors.ts'
import type { Job, JobState, WaitReason } from '../../../shared/job.ts'
import type { HistoryJob } from '../../../shared/status.ts'
import { causeText } from '../../../shared/cause-text.ts'

/** Why a job waits, in a few words. */
function waitText(reason: WaitReason): string {
  switch (reason) {
    case 'pool-paused':
      return 'the queue is paused'
    case 'pool-stopped':
      return 'nobody works the queue'
    case 'group-paused':
      return 'its group is paused'
    case 'group-full':
      return 'its group is full'
    case 'no-slot':
      return 'waits for free places'
    case 'dependency':
      return 'needs other jobs'
    case 'begin-time':
      return 'its time has not come'
    case 'backoff':
      return 'waits to be retried'
    case 'held':
      return 'held'
    default:
      return missingCase(reason)
  }
}

/** What there is to say of a job besides its state: why it waits, or how it ended. */
export function detailsText({ job, wait_reason }: HistoryJob, now_ms: number): string {
  if (wait_reason !== null && wait_reason !== 'held') {
    const due = 'due_ms' in job ? `, due in ${formatDuration(Math.max(0, job.due_ms - now_ms))}` : ''
    return waitText(wait_reason) + due
  }
  if (job.state === 'succeeded' || !('cause' in job)) return ''
  return causeText(job.cause, 'exit_code' in job ? job.exit_code : null)
}

/** How long the job ran the last time, or has run until now; empty where it did not. */
export function runTimeText(job: Job, now_ms: number): string {
  if (!('started_ms' in job) || job.started_ms === null) return ''
  return formatDuration(Math.max(0, ('ended_ms' in job ? job.ended_ms : now_ms) - job.started_ms))
}

export function paintState(text: string, state: JobState, colors: Colors): string {
  switch (state) {
    case 'succeeded':
      return colors.green(text)
    case 'failed':
    case 'interrupted':
      return colors.red(text)
    case 'running':
      return colors.cyan(text)
    case 'suspended':
    case 'stopping':
    case 'cancelled':
    case 'skipped':
      return colors.yellow(text)
    default:
      return text
  }
}
