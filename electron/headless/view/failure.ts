import type { EndedJob } from '../../../shared/status.ts'
import type { OwnedEngine } from '../../engine/create-engine.ts'
import { readLog } from '../../engine/store/log-store.ts'
import type { Failure } from './render-failures.ts'

const MAX_LINES = 3
/** Of the end of stderr that is kept while it is read: enough for the lines that are shown. */
const MAX_BYTES = 8_192

/** Tells for a job that did not succeed what is known of its last attempt. */
export function failureReader({ engine, paths }: OwnedEngine): (job: EndedJob) => Promise<Failure> {
  return async (job) => {
    const attempt = (await engine.store.query({ type: 'job', job_id: job.id }))?.attempts.at(-1)
    if (attempt === undefined) return { job, error: null, stderr: [] }
    return { job, error: attempt.error, stderr: await lastLines(paths.logs, attempt.id) }
  }
}

async function lastLines(log_dir: string, attempt_id: number): Promise<string[]> {
  let kept = Buffer.alloc(0)
  for await (const { bytes } of readLog(log_dir, attempt_id, { streams: ['stderr'] })) {
    kept = Buffer.concat([kept, bytes]).subarray(-MAX_BYTES)
  }
  const lines = kept.toString('utf8').split('\n')
  return lines.filter((line) => line.trim() !== '').slice(-MAX_LINES)
}
