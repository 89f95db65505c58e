import { causeText } from '../../../shared/cause-text.ts'
import { formatDuration } from '../../../shared/duration.ts'
import type { EndedJob } from '../../../shared/status.ts'
import { oneLine } from './text.ts'

/** `failed      12 build (exit code 3, attempt 2, 1.2s)`: one line for a job that ended. */
export function jobLine(job: EndedJob): string {
  const details: string[] = []
  if (job.state !== 'succeeded') details.push(causeText(job.cause, job.exit_code))
  if (job.attempts > 1) details.push(`attempt ${job.attempts}`)
  if (job.started_ms !== null) details.push(formatDuration(Math.max(0, job.ended_ms - job.started_ms)))
  const more = details.length === 0 ? '' : ` (${details.join(', ')})`
  return `${job.state.padEnd(11)} ${job.id} ${oneLine(job.name)}${more}`
}
