import { JobyardError } from '../../shared/errors.ts'
import { readOwner } from '../engine/store/owner-lock.ts'
import type { Submission } from '../engine/submissions/submitter.ts'
import type { DropOptions } from './drop-files.ts'
import { dropFiles } from './drop-files.ts'
import { followSubmission } from './follow-submission.ts'
import type { Host } from './host.ts'
import { EXIT } from './host.ts'
import { Interrupts } from './interrupts.ts'
import { tellProblems } from './job-files.ts'
import type { OwnerClient } from './owner-client.ts'
import type { Reporter } from './output/reporter.ts'
import { JsonReporter, PlainReporter } from './output/reporter.ts'
import { Tally } from './output/tally.ts'
import { counted } from './output/text.ts'

export interface ElsewhereOptions extends Pick<DropOptions, 'recursive' | 'skipBad'> {
  readonly concurrency?: number
  readonly failFast?: boolean
  readonly json?: boolean
}

/** `run` in a directory that another process works: that one gets the jobs, and we tell what becomes of them. */
export async function runElsewhere(
  client: OwnerClient,
  files: readonly string[],
  options: ElsewhereOptions,
  host: Host,
): Promise<number> {
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
    const exit_code = await submitAndFollow(client, files, options, host, left.signal)
    return interrupts.exit_code ?? exit_code
  } finally {
    interrupts.close()
  }
}

async function submitAndFollow(
  client: OwnerClient,
  files: readonly string[],
  options: ElsewhereOptions,
  host: Host,
  left: AbortSignal,
): Promise<number> {
  const reporter = options.json === true ? new JsonReporter(host) : new PlainReporter(host)
  await checkWorks(client)
  if (options.concurrency !== undefined)
    reporter.note('another Jobyard works this directory: it decides how many jobs run at once')
  const found = await dropFiles(client, files, options, host)
  const { submission, problem_count } = found
  if (problem_count > 0) tellProblems(found, submission === null ? 'nothing ran' : 'the others run', reporter)
  if (submission === null) return EXIT.bad_input
  await reporter.submitted(submission)
  const exit_code = await follow(client, submission, options, reporter, left)
  return problem_count > 0 ? EXIT.bad_input : exit_code
}

/** @throws JobyardError WRONG_STATE */
async function checkWorks(client: OwnerClient): Promise<void> {
  const { pool, data_dir } = await client.yard()
  if (pool.state === 'running') return
  throw new JobyardError(
    'WRONG_STATE',
    `The queue of ${data_dir} is ${pool.state}, so nothing would run. Resume it with \`jobyard resume\`, add the files with \`jobyard add\`, or name another directory with --data.`,
  )
}

async function follow(
  client: OwnerClient,
  submission: Submission,
  options: ElsewhereOptions,
  reporter: Reporter,
  left: AbortSignal,
): Promise<number> {
  const started_ms = performance.now()
  const tally = new Tally()
  for await (const job of followSubmission(client, submission, options.json === true, left)) {
    tally.add(job)
    await reporter.ended(job)
    if (options.failFast === true && tally.bad === 1 && job.state !== 'succeeded')
      await holdTheRest(client, submission)
  }
  const not_run = submission.count - tally.ended
  await reporter.finished(tally.summary(not_run, performance.now() - started_ms))
  if (not_run > 0) reporter.note(await whatIsLeft(client, submission, not_run, left.aborted))
  return tally.counts.succeeded === submission.count ? EXIT.ok : EXIT.failed
}

/** What has not started stays in the directory, as it does where this process works it. */
async function holdTheRest(client: OwnerClient, { submission_id }: Submission): Promise<void> {
  await client.api('jobs:act', { verb: 'hold', selection: { filter: { submission_id } } })
}

async function whatIsLeft(
  client: OwnerClient,
  { first_id, last_id }: Submission,
  not_run: number,
  is_left: boolean,
): Promise<string> {
  const jobs = counted(not_run, 'job')
  if (!is_left) return `nothing of it is left that can run: ${jobs} held, blocked or taken out`
  const { data_dir } = await client.yard()
  const ids = first_id === last_id ? `${first_id}` : `${first_id}-${last_id}`
  const pid = readOwner(data_dir)?.pid ?? 'unknown'
  return `process ${pid} goes on with ${jobs}. To end them: jobyard cancel ${ids} --data ${data_dir}`
}
