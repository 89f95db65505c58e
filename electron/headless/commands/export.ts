import type { Command } from 'commander'
import { Option } from 'commander'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import { openHistory } from '../../engine/store/history.ts'
import type { ExportFormat } from '../../engine/export/export-formats.ts'
import { exportText } from '../../engine/export/export-formats.ts'
import { EXPORT_FORMATS } from '../../../shared/ipc.ts'
import type { FilterOptions } from '../filter-options.ts'
import { addFilterOptions, toFilter } from '../filter-options.ts'
import type { Host } from '../host.ts'
import { EXIT } from '../host.ts'

interface ExportOptions extends FilterOptions {
  readonly format: ExportFormat
  readonly data?: string
}

const HELP = `
Formats:
  json    an array of objects, with specs and attempts
  jsonl   the same, one object a line
  csv     one row a job
  joblog  as GNU parallel writes it: the last attempt of each job that has run

Example:
  jobyard export --format csv > jobs.csv`

export function addExportCommand(program: Command, host: Host): void {
  const command = program
    .command('export')
    .summary('print the whole history for other programs')
    .description('Prints all jobs, the oldest first. Reads only, also while somebody else works the queue.')
    .addOption(new Option('--format <format>', 'what to print').choices(EXPORT_FORMATS).default('json'))
  addFilterOptions(command)
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .addHelpText('after', HELP)
    .action(async (options: ExportOptions) => {
      const history = openHistory(resolveDataDir(options.data))
      try {
        for (const text of exportText(options.format, history.exportJobs(toFilter(options)))) {
          if (!(await host.stdout.write(text))) break
        }
      } finally {
        history.close()
      }
      host.exit_code = EXIT.ok
    })
}
