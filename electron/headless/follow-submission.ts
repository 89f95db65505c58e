import { setTimeout as delay } from 'node:timers/promises'
import type { EndedJob } from '../../shared/status.ts'
import type { Job, JobState } from '../../shared/job.ts'
import { ENDED_STATES, WAITING_STATES } from '../../shared/job.ts'
import type { JobListQuery, JobPage, ListCursor } from '../../shared/listing.ts'
import { MAX_PAGE_JOBS } from '../../shared/listing.ts'
import type { JobDetails } from '../../shared/status.ts'
import { openHistory } from '../engine/store/history.ts'
import { endedJobOf } from '../engine/submissions/results.ts'
import type { Submission } from '../engine/submissions/submitter.ts'
import type { OwnerClient } from './owner-client.ts'

/** News come up to 60 times a second; each look is a query. */
const LOOK_EVERY_MS = 100
const CAN_RUN: JobState[] = ['queued', 'scheduled', 'retrying', 'running', 'suspended', 'stopping']
const NOT_ENDED: JobState[] = [...WAITING_STATES, 'running', 'suspended', 'stopping']

/** What is asked about the jobs: the owner, or the directory where it has ended. */
interface Reader {
  readonly list: (query: JobListQuery) => Promise<JobPage>
  readonly show: (job_id: number) => Promise<JobDetails | null>
}

export interface FollowOptions {
  readonly submission: Submission
  readonly data_dir: string
  /** Costs a question a job. */
  readonly with_results: boolean
  /** Ends it early: what has ended until then is still given. */
  readonly signal: AbortSignal
}

/**
 * The jobs of a submission as they end at its owner, each once; ends when none is left that can run. Where the owner ends
 * first, what it has left behind is still given: it may have been waiting for nothing but these jobs.
 */
export async function* followSubmission(
  client: OwnerClient,
  options: FollowOptions,
): AsyncGenerator<EndedJob, void, undefined> {
  const given = new Set<number>()
  try {
    yield* followAtOwner(client, options, given)
  } catch (error) {
    if (!client.isLost) throw error
    yield* leftBehind(options, given)
  }
}

/** @param given jobs that were yielded; they are added */
async function* followAtOwner(
  client: OwnerClient,
  options: FollowOptions,
  given: Set<number>,
): AsyncGenerator<EndedJob, void, undefined> {
  const { submission, signal } = options
  const { submission_id } = submission
  const reader: Reader = {
    list: (query) => client.api('jobs:list', query),
    show: (job_id) => client.api('job:show', { job_id }),
  }
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve()
    })
  })
  for (;;) {
    const news = client.news()
    const is_over = signal.aborted || (await isOver(client, submission_id))
    yield* newlyEnded(reader, options, given, is_over)
    if (is_over || given.size >= submission.count) return
    await Promise.race([news, aborted])
    await Promise.race([delay(LOOK_EVERY_MS), aborted])
  }
}

async function* leftBehind(
  options: FollowOptions,
  given: Set<number>,
): AsyncGenerator<EndedJob, void, undefined> {
  const history = openHistory(options.data_dir)
  const reader: Reader = {
    list: (query) => Promise.resolve(history.list(query)),
    show: (job_id) => Promise.resolve(history.show(job_id)),
  }
  try {
    yield* newlyEnded(reader, options, given, true)
  } finally {
    history.close()
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
 * The jobs that ended and were not given yet, in the order they ended.
 * @param all otherwise those that ended last are looked at, as far as there are new ones among them
 */
async function* newlyEnded(
  reader: Reader,
  { submission, with_results }: FollowOptions,
  given: Set<number>,
  all: boolean,
): AsyncGenerator<EndedJob, void, undefined> {
  const found: Job[] = []
  let before: ListCursor | null = null
  do {
    const page: JobPage = await endedPage(reader, submission.submission_id, before)
    const fresh = page.jobs.map(({ job }) => job).filter(({ id }) => !given.has(id))
    found.push(...fresh)
    before = fresh.length > 0 || all ? page.next : null
  } while (before !== null)
  for (const job of found.reverse()) {
    const ended = endedJobOf(job, with_results ? await resultOf(job, reader) : null)
    if (ended === null || given.has(job.id)) continue
    given.add(job.id)
    yield ended
  }
}

function endedPage(reader: Reader, submission_id: number, before: ListCursor | null): Promise<JobPage> {
  return reader.list({
    filter: { submission_id, states: [...ENDED_STATES, 'interrupted'] },
    order: 'ended',
    limit: MAX_PAGE_JOBS,
    ...(before === null ? {} : { before }),
  })
}

async function resultOf({ id }: Job, reader: Reader): Promise<string | null> {
  return (await reader.show(id))?.attempts.at(-1)?.result ?? null
}
