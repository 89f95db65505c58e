import { setTimeout as delay } from 'node:timers/promises'
import type { EndedJob } from '../../shared/status.ts'
import type { Job, JobState } from '../../shared/job.ts'
import { ENDED_STATES, WAITING_STATES } from '../../shared/job.ts'
import type { ListCursor } from '../../shared/listing.ts'
import { MAX_PAGE_JOBS } from '../../shared/listing.ts'
import { endedJobOf } from '../engine/submissions/results.ts'
import type { Submission } from '../engine/submissions/submitter.ts'
import type { OwnerClient } from './owner-client.ts'

/** News come up to 60 times a second; each look is a query. */
const LOOK_EVERY_MS = 100
const CAN_RUN: JobState[] = ['queued', 'scheduled', 'retrying', 'running', 'suspended', 'stopping']
const NOT_ENDED: JobState[] = [...WAITING_STATES, 'running', 'suspended', 'stopping']

/**
 * The jobs of a submission as they end at its owner, each once; ends when none is left that can run, or when `signal`
 * aborts: what has ended until then is still given.
 * @param with_results costs a question a job
 * @throws JobyardError OWNER_LOST
 */
export async function* followSubmission(
  client: OwnerClient,
  submission: Submission,
  with_results: boolean,
  signal: AbortSignal,
): AsyncGenerator<EndedJob, void, undefined> {
  const { submission_id } = submission
  const seen = new Set<number>()
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve()
    })
  })
  for (;;) {
    const news = client.news()
    const is_over = signal.aborted || (await isOver(client, submission_id))
    for (const job of await newlyEnded(client, submission_id, seen, is_over)) {
      const ended = endedJobOf(job, with_results ? await resultOf(job, client) : null)
      if (ended !== null) yield ended
    }
    if (is_over || seen.size >= submission.count) return
    await Promise.race([news, aborted])
    await Promise.race([delay(LOOK_EVERY_MS), aborted])
  }
}

/** Nothing of it is left, or only what waits for a person. */
async function isOver(client: OwnerClient, submission_id: number): Promise<boolean> {
  const open = await client.api('jobs:count', { filter: { submission_id, states: NOT_ENDED } })
  if (open.count === 0) return true
  const able = await client.api('jobs:count', { filter: { submission_id, states: CAN_RUN } })
  // Blocked ones may wait for jobs of others that run.
  return able.count === 0 && (await client.yard()).pool.active === 0
}

/**
 * The jobs that are not in `seen`, in the order they ended; they are then.
 * @param all otherwise those that ended last are looked at, as far as there are new ones among them
 */
async function newlyEnded(
  client: OwnerClient,
  submission_id: number,
  seen: Set<number>,
  all: boolean,
): Promise<Job[]> {
  const found: Job[] = []
  let before: ListCursor | null = null
  do {
    const page: Awaited<ReturnType<typeof endedPage>> = await endedPage(client, submission_id, before)
    const fresh = page.jobs.map(({ job }) => job).filter(({ id }) => !seen.has(id))
    for (const job of fresh) seen.add(job.id)
    found.push(...fresh)
    before = fresh.length > 0 || all ? page.next : null
  } while (before !== null)
  return found.reverse()
}

function endedPage(client: OwnerClient, submission_id: number, before: ListCursor | null) {
  return client.api('jobs:list', {
    filter: { submission_id, states: [...ENDED_STATES, 'interrupted'] },
    order: 'ended',
    limit: MAX_PAGE_JOBS,
    ...(before === null ? {} : { before }),
  })
}

async function resultOf({ id }: Job, client: OwnerClient): Promise<string | null> {
  const details = await client.api('job:show', { job_id: id })
  return details?.attempts.at(-1)?.result ?? null
}
