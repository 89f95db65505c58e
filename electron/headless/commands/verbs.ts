import type { Command } from 'commander'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import type { Verb } from '../act-on-jobs.ts'
import { actOnJobs, VERBS } from '../act-on-jobs.ts'
import { collectIds } from '../arguments.ts'
import type { Host } from '../host.ts'
import { checkHasData } from '../session.ts'
import { withOwner } from '../with-owner.ts'

/** cancel, retry, hold, release, requeue, fail and suspend. `resume` is for queues, too: see pool.ts. */
export function addVerbs(program: Command, host: Host): void {
  const verbs: readonly Verb[] = Object.values(VERBS).filter(({ name }) => name !== VERBS.resume.name)
  for (const verb of verbs) {
    program
      .command(verb.name)
      .summary(verb.summary)
      .description(
        `Jobyard can ${verb.summary}. Asks whoever works the data directory, or takes its lock for a moment.`,
      )
      .argument('<id...>', 'ids of jobs: 12, or 20-25 for all from 20 to 25', collectIds)
      .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
      .addHelpText('after', `\nExample:\n  jobyard ${verb.name} 12 20-25`)
      .action(async (ids: number[], options: { readonly data?: string }) => {
        const data_dir = resolveDataDir(options.data)
        checkHasData(data_dir)
        host.exit_code = await withOwner(data_dir, host, (client) => actOnJobs(verb, ids, client, host))
      })
  }
}
