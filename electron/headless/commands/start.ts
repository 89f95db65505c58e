import type { Command } from 'commander'
import { Option } from 'commander'
import { isActive, isEnded } from '../../../shared/job.ts'
import { WHEN_DONE } from '../../../shared/when-done.ts'
import type { WhenDone } from '../../../shared/when-done.ts'
import type { EndedJob } from '../../../shared/status.ts'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import { parseConcurrency } from '../arguments.ts'
import { endedStream } from '../ended-stream.ts'
import type { Host } from '../host.ts'
import { EXIT } from '../host.ts'
import { addFiles } from '../job-files.ts'
import type { Work } from '../work.ts'
import { recipeOption } from '../recipe-option.ts'
import { withWork } from '../work.ts'
import { withDoors } from '../with-doors.ts'

interface StartOptions {
  readonly concurrency?: number
  readonly data?: string
  readonly recursive?: boolean
  readonly skipBad?: boolean
  readonly untilIdle?: boolean
  readonly whenDone?: WhenDone
  readonly json?: boolean
}

const HELP = `
Exit codes:
  0    it ended by one Ctrl-C or by jobyard stop, with --until-idle: nothing failed meanwhile
  1    with --until-idle: some jobs failed or were interrupted
  2    bad usage or faults in the job files: nothing was added (with --skip-bad the good jobs were)
  130  with --until-idle: interrupted by Ctrl-C; always: by two (143 by SIGTERM, 129 by SIGHUP)

Other commands (add, cancel, pause, stop, …) reach it while it works. What --when-done chose can be taken back by
jobyard when-done --cancel, also in the minute before it is done.

Ctrl-C lets running jobs finish and starts no more, a second Ctrl-C stops them (so do SIGTERM and SIGHUP), a third
kills them, a fourth leaves without waiting. What is left stays queued for the next start.

Example:
  jobyard start build.job.yaml --until-idle
  jobyard start videos.job.yaml --when-done shut-down`

export function addStartCommand(program: Command, host: Host): void {
  program
    .command('start')
    .summary('work the queue of a data directory')
    .description('Owns the data directory, adds the files, and works its queue until it is stopped.')
    .argument('[file...]', 'scripts, job files (.job.yaml, .jsonl, .csv, .commands, …) or folders of them')
    .option('-c, --concurrency <n>', 'jobs at once (default: one a core)', parseConcurrency)
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .option('-r, --recursive', 'search folders to the bottom')
    .addOption(recipeOption())
    .option('--skip-bad', 'add the good jobs where others have faults')
    .option('--until-idle', 'end when nothing is left that can run')
    .addOption(
      new Option('--when-done <choice>', 'what to do when nothing is left that can run, after a minute')
        .choices(WHEN_DONE)
        .conflicts('untilIdle'),
    )
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: StartOptions) => {
      host.exit_code = await start(files, options, host)
    })
}

function start(files: readonly string[], options: StartOptions, host: Host): Promise<number> {
  const { concurrency, json = false } = options
  const data_dir = resolveDataDir(options.data)
  return withWork(
    { host, data_dir, concurrency, output: json ? 'json' : 'view', own_jobs_only: false },
    (work) =>
      withDoors(host, work, async (api) => {
        if (options.whenDone !== undefined) await api.when_done.set(options.whenDone)
        // Before the files are added: a job can be skipped the moment it is stored.
        const ended = endedStream(work.owned.engine.bus, work.over)
        const exit_code = files.length === 0 ? null : await addFiles(files, options, work, host)
        return exit_code ?? workQueue(ended, options.untilIdle ?? false, work)
      }),
  )
}

async function workQueue(ended: AsyncIterable<EndedJob>, until_idle: boolean, work: Work): Promise<number> {
  const { engine } = work.owned
  await tellEmpty(until_idle, work)
  await work.start(until_idle)
  work.endWhenStopped()
  if (engine.poolStatus().state === 'paused') {
    work.reporter.note('the queue is paused, so nothing starts until it is resumed')
    // Nothing can run.
    if (until_idle) work.stop('drain')
  }
  for await (const job of ended) await work.report(job)
  const interrupted = work.interrupts.exit_code
  await work.drain()
  await work.reporter.finished(work.tally.summary(await countWaiting(work), work.duration_ms))
  if (interrupted !== null) return until_idle || work.interrupts.step !== 'drain' ? interrupted : EXIT.ok
  const { failed, interrupted: lost } = work.tally.counts
  return failed + lost === 0 ? EXIT.ok : EXIT.failed
}

async function tellEmpty(until_idle: boolean, work: Work): Promise<void> {
  const counters = await work.owned.engine.store.query({ type: 'counters' })
  const waiting = counters.filter(
    ({ state, count }) => count > 0 && !isEnded(state) && state !== 'interrupted',
  )
  if (waiting.length > 0) return
  const { dir } = work.owned.paths
  if (until_idle) work.reporter.note(`there is nothing to do in ${dir}`)
  else {
    work.reporter.note(`there is nothing to do in ${dir} yet. Add jobs with: jobyard add FILE…`)
  }
}

async function countWaiting(work: Work): Promise<number> {
  const counters = await work.owned.engine.store.query({ type: 'counters' })
  return counters
    .filter(({ state }) => !isEnded(state) && state !== 'interrupted' && !isActive(state))
    .reduce((sum, { count }) => sum + count, 0)
}
