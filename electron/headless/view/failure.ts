import type { Attempt } from '../../../shared/job.ts'
import type { EndedJob } from '../../../shared/status.ts'
import { readLog } from '../../engine/store/log-store.ts'
import type { Failure } from './render-failures.ts'

const MAX_LINES = 3
/** Of the end of stderr that is kept while it is read: enough for the lines that are shown. */
const MAX_BYTES = 8_192

/** What is known of the last attempt of a job that did not succeed. */
export async function readFailure(
  job: EndedJob,
  attempt: Pick<Attempt, 'id' | 'error'> | undefined,
  log_dir: string,
): Promise<Failure> {
  if (attempt === undefined) return { job, error: null, stderr: [] }
  return { job, error: attempt.error, stderr: await lastLines(log_dir, attempt.id) }
}

async function lastLines(log_dir: string, attempt_id: number): Promise<string[]> {
  let kept = Buffer.alloc(0)
  for await (const { bytes } of readLog(log_dir, attempt_id, { streams: ['stderr'] })) {
    kept = Buffer.concat([kept, bytes]).subarray(-MAX_BYTES)
  }
  const lines = kept.toString('utf8').split('\n')
  return lines.filter((line) => line.trim() !== '').slice(-MAX_LINES)
}
