import type { Command } from 'commander'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import { parseAge } from '../arguments.ts'
import type { Host } from '../host.ts'
import { EXIT } from '../host.ts'
import { formatTime } from '../../engine/export/time-text.ts'
import { counted } from '../output/text.ts'
import { checkHasData } from '../session.ts'
import { withOwner } from '../with-owner.ts'

interface PruneOptions {
  readonly olderThan: number
  readonly data?: string
}

export function addPruneCommand(program: Command, host: Host): void {
  program
    .command('prune')
    .summary('forget jobs that ended long ago')
    .description(
      'Takes ended jobs out of the history. Asks whoever works the data directory, or takes its lock for a moment.',
    )
    .requiredOption('--older-than <age>', 'forget what ended longer ago than that: 30d, 12h, 1w', parseAge)
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .addHelpText('after', '\nExample:\n  jobyard prune --older-than 30d')
    .action(async (options: PruneOptions) => {
      host.exit_code = await prune(options.olderThan, resolveDataDir(options.data), host)
    })
}

async function prune(older_than_ms: number, data_dir: string, host: Host): Promise<number> {
  checkHasData(data_dir)
  return withOwner(data_dir, host, async (client) => {
    const before = formatTime(Date.now() - older_than_ms)
    const { count } = await client.api('jobs:prune', { older_than_ms })
    await host.stdout.line(`pruned ${counted(count, 'job')} that ended before ${before}`)
    return EXIT.ok
  })
}
