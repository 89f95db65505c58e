import type { Job } from '../../../shared/job.ts'
import type { EndedJob } from '../../../shared/status.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { Store } from '../store/store.ts'

const PAGE_JOBS = 500

/**
 * The ended jobs of one submission as they end, each once; ends when every one of them is ended or interrupted.
 * Memory holds one number a job, and the results that were not taken yet.
 * @param signal ends it early: what has ended until then is still given
 */
export async function* resultsOf(
  submission: { readonly submission_id: number; readonly count: number },
  bus: EventBus,
  store: Store,
  signal?: AbortSignal,
): AsyncGenerator<EndedJob, void, undefined> {
  const seen = new Set<number>()
  let waiting: EndedJob[] = []
  let wake: (() => void) | null = null
  const take = (jobs: readonly EndedJob[]): void => {
    for (const job of jobs) {
      if (job.submission_id !== submission.submission_id || seen.has(job.id)) continue
      seen.add(job.id)
      waiting.push(job)
    }
    wake?.()
  }
  const onAbort = (): void => wake?.()
  signal?.addEventListener('abort', onAbort)
  const unsubscribe = bus.on('job:ended', ({ jobs }) => {
    take(jobs)
  })
  try {
    // Subscribed first, then asked: what ended before is found on disk, what ends meanwhile is heard.
    take(await endedBefore(submission.submission_id, store))
    for (;;) {
      const batch = waiting
      waiting = []
      yield* batch
      if (waiting.length > 0) continue
      if (seen.size >= submission.count || signal?.aborted === true) return
      await new Promise<void>((resolve) => (wake = resolve))
      wake = null
    }
  } finally {
    unsubscribe()
    signal?.removeEventListener('abort', onAbort)
  }
}

async function endedBefore(submission_id: number, store: Store): Promise<EndedJob[]> {
  const found: EndedJob[] = []
  let after_id = 0
  for (;;) {
    const ids = await store.query({
      type: 'select',
      selection: {
        filter: { submission_id, states: ['succeeded', 'failed', 'cancelled', 'skipped', 'interrupted'] },
      },
      after_id,
      limit: PAGE_JOBS,
    })
    for (const job_id of ids) {
      const ended = await endedJob(job_id, store)
      if (ended !== null) found.push(ended)
    }
    const last = ids.at(-1)
    if (last === undefined || ids.length < PAGE_JOBS) return found
    after_id = last
  }
}

async function endedJob(job_id: number, store: Store): Promise<EndedJob | null> {
  const row = await store.query({ type: 'job', job_id })
  if (row === null) return null
  return endedJobOf(row.job, row.attempts.at(-1)?.result ?? null)
}

/** What is told of a job that ended or was interrupted; null where it is neither. */
export function endedJobOf(job: Job, result: string | null): EndedJob | null {
  if (job.state !== 'interrupted' && !('exit_code' in job)) return null
  return {
    id: job.id,
    submission_id: job.submission_id,
    name: job.name,
    state: job.state,
    cause: job.cause,
    exit_code: 'exit_code' in job ? job.exit_code : null,
    attempts: job.attempts,
    queued_ms: job.queued_ms,
    started_ms: job.started_ms,
    ended_ms: job.ended_ms,
    result,
  }
}
