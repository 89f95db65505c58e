import { Command, CommanderError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { addAddCommand } from './commands/add.ts'
import { addExportCommand } from './commands/export.ts'
import { addListCommand } from './commands/list.ts'
import { addLogCommand } from './commands/log.ts'
import { addPoolCommands } from './commands/pool.ts'
import { addPreviewCommand } from './commands/preview.ts'
import { addPruneCommand } from './commands/prune.ts'
import { addRecipeCommand } from './commands/recipe.ts'
import { addRunCommand } from './commands/run.ts'
import { addSchedulesCommand } from './commands/schedules.ts'
import { addServeCommand } from './commands/serve.ts'
import { addShowCommand } from './commands/show.ts'
import { addStartCommand } from './commands/start.ts'
import { addVerbs } from './commands/verbs.ts'
import { addWatchCommand } from './commands/watch.ts'
import { addWhenDoneCommand } from './commands/when-done.ts'
import type { Host } from './host.ts'
import { EXIT, sizeOf } from './host.ts'
import { errorLine, exitCodeOf, isHelp } from './output/error-line.ts'

/**
 * Carries out one command line.
 * @param args without the program and the script
 * @returns what the process is to end with
 */
export async function runCommandLine(args: readonly string[], host: Host): Promise<number> {
  const program = buildProgram(host)
  try {
    if (args.length === 0) {
      await host.stderr.write(program.helpInformation())
      return EXIT.bad_input
    }
    await program.parseAsync([...args], { from: 'user' })
    return host.exit_code
  } catch (error) {
    if (!isHelp(error)) await tell(error, program, args, host)
    return exitCodeOf(error)
  }
}

async function tell(error: unknown, program: Command, args: readonly string[], host: Host): Promise<void> {
  const command = program.commands.find((candidate) => args.includes(candidate.name()))
  await host.stderr.line(errorLine(error, command?.name() ?? null))
  const wanted = process.env['JOBYARD_DEBUG'] === '1' && !(error instanceof CommanderError)
  if (wanted && error instanceof Error) await host.stderr.line(error.stack ?? '')
}

/** All commands, with their help. */
function buildProgram(host: Host): Command {
  const program = new Command('jobyard')
    .description('Drop job files in, a pool of workers runs them, nothing gets lost.')
    .version(manifest.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureHelp({ helpWidth: host.terminal === null ? 100 : sizeOf(host.terminal).columns })
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
      // Errors are told once, in one line, by the caller.
      outputError: () => undefined,
    })
  addRunCommand(program, host)
  addPreviewCommand(program, host)
  addStartCommand(program, host)
  addServeCommand(program, host)
  addAddCommand(program, host)
  addListCommand(program, host)
  addShowCommand(program, host)
  addLogCommand(program, host)
  addExportCommand(program, host)
  addPruneCommand(program, host)
  addVerbs(program, host)
  addPoolCommands(program, host)
  addSchedulesCommand(program, host)
  addRecipeCommand(program, host)
  addWatchCommand(program, host)
  addWhenDoneCommand(program, host)
  program.addHelpText('after', '\nExample:\n  jobyard run resources/examples')
  return program
}
