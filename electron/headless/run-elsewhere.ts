import { setTimeout as delay } from 'node:timers/promises'
import { hasCode, JobyardError } from '../../shared/errors.ts'
import type { PoolState } from '../../shared/job.ts'
import { readOwner } from '../engine/store/owner-lock.ts'
import type { Submission } from '../engine/submissions/submitter.ts'
import type { DropOptions } from './drop-files.ts'
import { dropFiles } from './drop-files.ts'
import { followSubmission } from './follow-submission.ts'
import type { Host } from './host.ts'
import { EXIT } from './host.ts'
import { Interrupts } from './interrupts.ts'
import { tellLeftFiles, tellLeftOut, tellDuplicates, tellProblems, tellSchedules } from './job-files.ts'
import type { OwnerClient } from './owner-client.ts'
import type { Reporter } from './output/reporter.ts'
import { JsonReporter, PlainReporter } from './output/reporter.ts'
import { Tally } from './output/tally.ts'
import { counted } from './output/text.ts'
import { LiveReporter } from './view/live-reporter.ts'
import { ownerSource } from './view/owner-source.ts'

/** An owner whose pool is being stopped, or has not started yet, is waited for so long. */
const ENDS_WITHIN_MS = 2_000

export interface ElsewhereOptions extends Pick<DropOptions, 'recursive' | 'skipBad' | 'resume'> {
  readonly concurrency?: number
  readonly failFast?: boolean
  readonly json?: boolean
}

/**
 * `run` in a directory that another process works: that one gets the jobs, and we tell what becomes of them.
 * @returns null where that process is about to end and got nothing
 */
export async function runElsewhere(
  client: OwnerClient,
  files: readonly string[],
  options: ElsewhereOptions,
  host: Host,
): Promise<number | null> {
  const left = new AbortController()
  const interrupts = new Interrupts({
    source: process,
    reexec: host.reexec,
    now: Date.now,
    onStep: () => {
      left.abort()
    },
  })
  try {
    if (!(await worksOn(client))) return null
    const { data_dir } = await client.yard()
    const reporter = newReporter(client, data_dir, options, host)
    try {
      const exit_code = await submitAndFollow(
        { client, data_dir, options, reporter, left: left.signal },
        files,
        host,
      )
      return interrupts.exit_code ?? exit_code
    } finally {
      reporter.close()
    }
  } finally {
    interrupts.close()
  }
}

interface Following {
  readonly client: OwnerClient
  readonly data_dir: string
  readonly options: ElsewhereOptions
  readonly reporter: Reporter
  readonly left: AbortSignal
}

async function submitAndFollow(following: Following, files: readonly string[], host: Host): Promise<number> {
  const { client, options, reporter } = following
  if (options.concurrency !== undefined)
    reporter.note('another Jobyard works this directory: it decides how many jobs run at once')
  const found = await dropFiles(client, files, options, host)
  const { submission, problem_count } = found
  tellLeftFiles(found, reporter)
  if (problem_count > 0) tellProblems(found, submission === null ? 'nothing ran' : 'the others run', reporter)
  if (submission === null) return problem_count > 0 ? EXIT.bad_input : EXIT.ok
  tellLeftOut(found, reporter)
  tellDuplicates(submission, reporter)
  tellSchedules(submission, reporter)
  await reporter.submitted(submission)
  const exit_code = await follow(following, submission)
  return problem_count > 0 ? EXIT.bad_input : exit_code
}

function newReporter(
  client: OwnerClient,
  data_dir: string,
  { json }: ElsewhereOptions,
  host: Host,
): Reporter {
  if (json === true) return new JsonReporter(host)
  const { terminal } = host
  if (terminal === null) return new PlainReporter(host)
  const reporter = new LiveReporter({ host, terminal, source: ownerSource(client, data_dir), data_dir })
  reporter.notice(`process ${pidOf(data_dir)} works these jobs, Ctrl-C leaves them to it`)
  return reporter
}

/**
 * False where the owner ends: one that is through, or was told to stop.
 * @throws JobyardError WRONG_STATE where it stays, but nothing would run
 */
async function worksOn(client: OwnerClient): Promise<boolean> {
  const deadline = performance.now() + ENDS_WITHIN_MS
  try {
    for (;;) {
      const news = client.news()
      const { pool, data_dir } = await client.yard()
      if (pool.state === 'running') return true
      const left_ms = deadline - performance.now()
      if (pool.state === 'paused' || left_ms <= 0) throw worksNot(pool.state, data_dir)
      await Promise.race([news, delay(left_ms)])
    }
  } catch (error) {
    if (hasCode(error, 'OWNER_LOST')) return false
    throw error
  }
}

function worksNot(state: PoolState, data_dir: string): JobyardError {
  return new JobyardError(
    'WRONG_STATE',
    `The queue of ${data_dir} is ${state}, so nothing would run. Resume it with \`jobyard resume\`, add the files with \`jobyard add\`, or name another directory with --data.`,
  )
}

async function follow(following: Following, submission: Submission): Promise<number> {
  const { client, data_dir, options, reporter, left } = following
  const started_ms = performance.now()
  const tally = new Tally()
  const with_results = options.json === true
  for await (const job of followSubmission(client, { submission, data_dir, with_results, signal: left })) {
    tally.add(job)
    await reporter.ended(job)
    if (options.failFast === true && tally.bad === 1 && job.state !== 'succeeded')
      await holdTheRest(client, submission)
  }
  const not_run = submission.count - tally.ended
  await reporter.finished(tally.summary(not_run, performance.now() - started_ms))
  if (not_run > 0) reporter.note(whatIsLeft(following, submission, not_run))
  return tally.counts.succeeded === submission.count ? EXIT.ok : EXIT.failed
}

/** What has not started stays in the directory, as it does where this process works it. */
async function holdTheRest(client: OwnerClient, { submission_id }: Submission): Promise<void> {
  try {
    await client.api('jobs:act', { verb: 'hold', selection: { filter: { submission_id } } })
  } catch (error) {
    // An owner that has ended starts no more anyway.
    if (!client.isLost) throw error
  }
}

function whatIsLeft(
  { client, data_dir, left }: Following,
  { first_id, last_id }: Submission,
  not_run: number,
): string {
  const jobs = counted(not_run, 'job')
  if (client.isLost)
    return `the Jobyard that worked this directory has ended: ${jobs} not run. To go on: jobyard start --data ${data_dir}`
  if (!left.aborted) return `nothing of it is left that can run: ${jobs} held, blocked or taken out`
  const ids = first_id === last_id ? `${first_id}` : `${first_id}-${last_id}`
  return `process ${pidOf(data_dir)} goes on with ${jobs}. To end them: jobyard cancel ${ids} --data ${data_dir}`
}

function pidOf(data_dir: string): string {
  return String(readOwner(data_dir)?.pid ?? 'unknown')
}
