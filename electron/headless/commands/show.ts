import type { Command } from 'commander'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import { parseId } from '../arguments.ts'
import { findJob } from '../find-job.ts'
import type { Host } from '../host.ts'
import { EXIT } from '../host.ts'
import { shownJobJson } from '../output/history-json.ts'
import { renderJobPage } from '../output/job-page.ts'

interface ShowOptions {
  readonly data?: string
  readonly json?: boolean
}

export function addShowCommand(program: Command, host: Host): void {
  program
    .command('show')
    .summary('show everything about one job')
    .description(
      'Shows a job with its spec, needs and attempts. Reads only, also while somebody else works the queue.',
    )
    .argument('<id>', 'id of the job', parseId)
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExample:\n  jobyard show 12')
    .action(async (id: number, options: ShowOptions) => {
      const details = findJob(resolveDataDir(options.data), id)
      if (options.json === true) await host.stdout.line(JSON.stringify(shownJobJson(details), null, 2))
      else for (const line of renderJobPage(details, Date.now(), host.colors)) await host.stdout.line(line)
      host.exit_code = EXIT.ok
    })
}
