import type { Command } from 'commander'
import type { Submission } from '../../engine/submissions/submitter.ts'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import { parsePriority } from '../arguments.ts'
import type { DropOptions } from '../drop-files.ts'
import { dropFiles } from '../drop-files.ts'
import type { Host } from '../host.ts'
import { EXIT, note } from '../host.ts'
import { tellDuplicates, tellLeftFiles, tellOffers, tellProblems, tellSchedules } from '../job-files.ts'
import { submittedJson } from '../output/job-json.ts'
import { PlainReporter } from '../output/reporter.ts'
import { counted } from '../output/text.ts'
import { recipeOption } from '../recipe-option.ts'
import { withOwner } from '../with-owner.ts'

interface AddOptions extends DropOptions {
  readonly data?: string
  readonly json?: boolean
}

/** All that was dropped is done already. */
const NOTHING_JSON = JSON.stringify({ type: 'submitted', count: 0 })

const HELP = `
Exits with 0, or with 2 where there are faults: nothing was added then (with --skip-bad the good jobs were).

Example:
  jobyard add build.job.yaml --group nightly`

export function addAddCommand(program: Command, host: Host): void {
  program
    .command('add')
    .summary('add job files to the queue')
    .description(
      'Adds the jobs of the files to the queue of a data directory and exits. Where a Jobyard works it, they run there.',
    )
    .argument('<file...>', 'scripts, job files (.job.yaml, .jsonl, .csv, .commands, …) or folders of them')
    .option('--group <name>', 'put them into this group')
    .option('--priority <n>', 'give them this priority (higher ones run first)', parsePriority)
    .option('--hold', 'hold them until they are released')
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .option('-r, --recursive', 'search folders to the bottom')
    .addOption(recipeOption())
    .option('--skip-bad', 'add the good jobs where others have faults')
    .option('--json', 'print a JSON object')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: AddOptions) => {
      host.exit_code = await add(files, options, host)
    })
}

function addedLine({ count, first_id, last_id, schedules }: Submission): string {
  if (count === 0)
    return schedules === undefined ? 'nothing was added' : `added ${counted(schedules.count, 'schedule')}`
  return `added ${counted(count, 'job')}: ${count === 1 ? `${first_id}` : `${first_id}-${last_id}`}`
}

function add(files: readonly string[], options: AddOptions, host: Host): Promise<number> {
  const data_dir = resolveDataDir(options.data)
  return withOwner(data_dir, host, async (client) => {
    const found = await dropFiles(client, files, options, host)
    const { submission, problem_count } = found
    tellLeftFiles(found, new PlainReporter(host))
    if (problem_count > 0) {
      const outcome = submission === null ? 'nothing was added' : 'the others were added'
      tellProblems(found, outcome, new PlainReporter(host))
      await tellOffers(found, options, host)
    }
    if (submission === null) {
      if (problem_count === 0)
        await host.stdout.line(options.json === true ? NOTHING_JSON : 'nothing was added')
      return problem_count > 0 ? EXIT.bad_input : EXIT.ok
    }
    const reporter = new PlainReporter(host)
    if (options.json !== true) {
      tellDuplicates(submission, reporter)
      tellSchedules(submission, reporter)
    }
    await host.stdout.line(options.json === true ? submittedJson(submission) : addedLine(submission))
    if (!client.is_elsewhere)
      note(host, 'nobody works this queue now: start with jobyard start or jobyard serve')
    return problem_count > 0 ? EXIT.bad_input : EXIT.ok
  })
}
