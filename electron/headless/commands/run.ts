import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import { JobyardError } from '../../../shared/errors.ts'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import type { FilesSubmitted } from '../../engine/submissions/submit-files.ts'
import type { Submission } from '../../engine/submissions/submitter.ts'
import { parseConcurrency } from '../arguments.ts'
import type { Host } from '../host.ts'
import { EXIT, note } from '../host.ts'
import {
  queueFiles,
  tellDuplicates,
  tellLeftFiles,
  tellOffers,
  tellLeftOut,
  tellProblems,
  tellSchedules,
} from '../job-files.ts'
import { counted } from '../output/text.ts'
import type { Work } from '../work.ts'
import type { ElsewhereOptions } from '../run-elsewhere.ts'
import { runElsewhere } from '../run-elsewhere.ts'
import { FailedHooks } from '../failed-hooks.ts'
import { LaterSubmissions } from '../later-submissions.ts'
import { withDoors } from '../with-doors.ts'
import { reachOrOwn } from '../with-owner.ts'
import { recipeOption } from '../recipe-option.ts'
import { withWork } from '../work.ts'

interface RunOptions extends ElsewhereOptions {
  readonly data?: string
  readonly keep?: boolean
}

const HELP = `
Exit codes:
  0    all jobs succeeded
  1    some did not
  2    bad usage or faults in the job files: nothing ran (with --skip-bad the good jobs did)
  130  interrupted by Ctrl-C (143 by SIGTERM, 129 by SIGHUP)

Ctrl-C lets running jobs finish and starts no more, a second Ctrl-C stops them (so do SIGTERM and SIGHUP), a third
kills them, a fourth leaves without waiting. A job with "on_interrupt: ask" that was interrupted counts as ended.

Without --data the jobs are kept in a temporary folder, which is removed when all succeeded and named otherwise.
With --data, jobs that wait in that directory already run too, as their priority and turn come; jobyard ends when the
jobs of FILE are through, and those that other commands added meanwhile (they reach it as they reach the app: add,
cancel, pause, log --follow, …); what is left stays queued. Where another Jobyard works that directory, it gets the
jobs, and this one only follows them: Ctrl-C then ends the following, not the jobs.

With --resume, jobs that do the same as one that has succeeded in the directory are left out: the same command, script or
module, in the same folder and environment, whatever they are called. So are those that wait there already.

Examples:
  jobyard run resources/examples
  jobyard run --data out --resume build.job.yaml
  jobyard run build.job.yaml --json | jq 'select(.type == "job")'`

export function addRunCommand(program: Command, host: Host): void {
  program
    .command('run')
    .summary('run job files to the end')
    .description('Queues the jobs of the files, works them to the end, and exits.')
    .argument('<file...>', 'scripts, job files (.job.yaml, .jsonl, .csv, .commands, …) or folders of them')
    .option('-c, --concurrency <n>', 'jobs at once (default: one a core)', parseConcurrency)
    .addOption(new Option('--data <dir>', 'keep the jobs in this data directory').conflicts('keep'))
    .option('--keep', 'keep the temporary folder, whatever happens')
    .option('-r, --recursive', 'search folders to the bottom')
    .addOption(recipeOption())
    .option('--skip-bad', 'run the good jobs where others have faults')
    .option('--resume', 'leave out what has succeeded in the data directory before, by what it does')
    .option('--fail-fast', 'start no more jobs after the first that ends badly')
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: RunOptions) => {
      host.exit_code = await run(files, options, host)
    })
}

interface RunEnd {
  readonly exit_code: number
  /** Nothing is worth keeping: all succeeded, or nothing was queued. */
  readonly clean: boolean
}

async function run(files: readonly string[], options: RunOptions, host: Host): Promise<number> {
  if (options.resume === true && options.data === undefined) {
    const message = 'Say with --data in which data directory the jobs have run before.'
    throw new JobyardError('INVALID_ARGUMENT', message)
  }
  if (options.data !== undefined) {
    const data_dir = resolveDataDir(options.data)
    return reachOrOwn(
      data_dir,
      (client) => runElsewhere(client, files, options, host),
      async () => (await runIn(data_dir, files, options, host)).exit_code,
    )
  }
  const data_dir = await mkdtemp(join(tmpdir(), 'jobyard-run-'))
  let clean = true
  try {
    const end = await runIn(data_dir, files, options, host)
    clean = end.clean
    return end.exit_code
  } finally {
    if (clean && options.keep !== true) await rm(data_dir, { recursive: true, force: true, maxRetries: 5 })
    else note(host, keptIn(data_dir))
  }
}

function keptIn(data_dir: string): string {
  return `the jobs and their output are kept in ${data_dir} (jobyard ls --data ${data_dir})`
}

function runIn(data_dir: string, files: readonly string[], options: RunOptions, host: Host): Promise<RunEnd> {
  const { concurrency, json = false, failFast = false } = options
  const onLeave = (): void => {
    note(host, keptIn(data_dir))
  }
  return withWork(
    {
      host,
      data_dir,
      concurrency,
      output: json ? 'json' : 'view',
      fail_fast: failFast,
      own_jobs_only: true,
      onLeave,
    },
    async (work) => {
      await checkNotPaused(work)
      const found = await work.read((signal) => queueFiles(files, options, work.owned, host, signal))
      if (found === null) return { exit_code: work.interrupts.exit_code ?? EXIT.failed, clean: true }
      tellLeftFiles(found, work.reporter)
      if (found.problem_count > 0) {
        tellProblems(found, found.submission === null ? 'nothing ran' : 'the others run', work.reporter)
        await tellOffers(found, options, host)
      }
      if (found.submission === null)
        return { exit_code: found.problem_count > 0 ? EXIT.bad_input : EXIT.ok, clean: true }
      return runToTheEnd(found, found.submission, work, { host, is_reachable: options.data !== undefined })
    },
  )
}

async function checkNotPaused(work: Work): Promise<void> {
  if ((await work.owned.engine.store.query({ type: 'meta', key: 'pool_paused' })) !== '1') return
  throw new JobyardError(
    'WRONG_STATE',
    `The queue of ${work.owned.paths.dir} is paused, so nothing would run. Resume it first, or name another directory with --data.`,
  )
}

interface RunPlace {
  readonly host: Host
  /** Others can name its directory. */
  readonly is_reachable: boolean
}

async function runToTheEnd(
  found: FilesSubmitted,
  submission: Submission,
  work: Work,
  { host, is_reachable }: RunPlace,
): Promise<RunEnd> {
  const { reporter, tally, owned } = work
  const { waiting_jobs = new Map<number, number>() } = found
  const count = submission.count + waiting_jobs.size
  tellLeftOut(found, reporter)
  tellDuplicates(submission, reporter)
  tellSchedules(submission, reporter, is_reachable)
  await reporter.submitted(submission)
  work.stopAtBadEnd(submission.submission_id)
  const hooks = await FailedHooks.from(work)
  await work.start(true)
  work.endWhenStopped()
  const later = new LaterSubmissions(owned.engine)
  const workThrough = async (): Promise<boolean> => {
    for await (const job of owned.engine.results(submission, work.over)) await work.report(job)
    await reportWaiting(waiting_jobs, work)
    const cut_short = work.stopping
    tellOthers(work)
    await later.finish(work)
    await work.drain()
    return cut_short
  }
  const cut_short = is_reachable ? await withDoors(host, work, workThrough) : await workThrough()
  const not_run = count - tally.ended
  await reporter.finished(tally.summary(not_run, work.duration_ms))
  if (not_run > 0 && !cut_short) reporter.note(await whyNotRun(submission, work))
  const succeeded = tally.counts.succeeded === count
  const hooks_failed = await hooks.tell()
  return { exit_code: exitCode(found, succeeded, work), clean: succeeded && !hooks_failed }
}

/** Jobs of the files that were in the queue already count as its own. */
async function reportWaiting(waiting_jobs: ReadonlyMap<number, number>, work: Work): Promise<void> {
  const { engine } = work.owned
  for (const submission_id of new Set(waiting_jobs.values())) {
    // Its other jobs have ended, or are somebody else's: nobody waits for them.
    const count = Number.POSITIVE_INFINITY
    let left = [...waiting_jobs.values()].filter((id) => id === submission_id).length
    for await (const job of engine.results({ submission_id, count }, work.over)) {
      if (!waiting_jobs.has(job.id)) continue
      await work.report(job)
      left -= 1
      if (left === 0) break
    }
  }
}

/** Jobs that were in the directory before, or came meanwhile, may still run: they are not cut off. */
function tellOthers(work: Work): void {
  const { active } = work.owned.engine.poolStatus()
  if (active > 0 && !work.stopping)
    work.reporter.notice(`finishing ${counted(active, 'job')} of others here, Ctrl-C twice to stop them`)
}

async function whyNotRun(submission: Submission, work: Work): Promise<string> {
  const states = await work.owned.engine.store.query({
    type: 'submission-states',
    submission_id: submission.submission_id,
  })
  const waiting = states.filter(({ state }) => state === 'held' || state === 'blocked' || state === 'queued')
  const parts = waiting.map(
    ({ state, count }) => `${count} ${state === 'queued' ? 'in a paused group' : state}`,
  )
  return `nothing is left that can run: ${parts.join(', ')}`
}

function exitCode(found: FilesSubmitted, clean: boolean, work: Work): number {
  if (work.interrupts.exit_code !== null) return work.interrupts.exit_code
  if (found.problem_count > 0) return EXIT.bad_input
  return clean ? EXIT.ok : EXIT.failed
}
