import { Argument } from 'commander'
import type { Command } from 'commander'
import { JobyardError } from '../../../shared/errors.ts'
import { WHEN_DONE } from '../../../shared/when-done.ts'
import type { WhenDone, WhenDoneStatus } from '../../../shared/when-done.ts'
import { formatTime } from '../../engine/export/time-text.ts'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import type { Host } from '../host.ts'
import { EXIT } from '../host.ts'
import { withRunningOwner } from '../with-owner.ts'

interface WhenDoneOptions {
  readonly data?: string
  readonly cancel?: boolean
}

/** `when-done`: what the owner does when its queue is done. */
export function addWhenDoneCommand(program: Command, host: Host): void {
  program
    .command('when-done')
    .summary('quit, sleep or shut down when the queue is done')
    .description(
      'Chooses what whoever works the queue does when nothing is left that can run, or says what was chosen. It counts down for a minute first, in which --cancel takes it back.',
    )
    .addArgument(new Argument('[choice]', 'what to do').choices(WHEN_DONE))
    .option('--cancel', 'take it back: the same as nothing')
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .addHelpText('after', '\nExamples:\n  jobyard when-done shut-down\n  jobyard when-done --cancel')
    .action(async (choice: WhenDone | undefined, options: WhenDoneOptions) => {
      host.exit_code = await whenDone(choice, options, host)
    })
}

function whenDone(
  choice: WhenDone | undefined,
  { data, cancel = false }: WhenDoneOptions,
  host: Host,
): Promise<number> {
  if (cancel && choice !== undefined && choice !== 'nothing')
    throw new JobyardError('INVALID_ARGUMENT', 'Name what to do, or --cancel, not both.')
  const wanted = cancel ? 'nothing' : choice
  return withRunningOwner(resolveDataDir(data), 'tell what to do when the queue is done', async (client) => {
    const status =
      wanted === undefined
        ? await client.api('when-done:get', {})
        : await client.api('when-done:set', { choice: wanted })
    await host.stdout.line(statusText(status))
    return EXIT.ok
  })
}

function statusText({ choice, acts_ms, error }: WhenDoneStatus): string {
  const failed = error === null ? '' : ` (${error})`
  if (choice === 'nothing') return `nothing is done when the queue is done${failed}`
  const at = acts_ms === null ? '' : `, at ${formatTime(acts_ms)}: jobyard when-done --cancel takes it back`
  return `when the queue is done: ${choice}${at}`
}
