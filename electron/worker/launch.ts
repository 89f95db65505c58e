import { missingCase } from '../../shared/errors.ts'
import type { CommandTask, ScriptTask } from '../../shared/job-spec.ts'
import type { RunOrder } from '../../shared/worker-protocol.ts'
import type { WorkerContext } from './attempt.ts'
import { NODE_PLACEHOLDER } from './node-finder.ts'
import { makeScriptFile } from './script-file.ts'

/** What is to be started for an attempt. */
export interface Launch {
  readonly program: string
  readonly args: readonly string[]
  /** Windows: the arguments are one command line already. */
  readonly verbatim: boolean
  /** For the log. */
  readonly note: string | null
  /** To be called when the attempt is over. */
  dispose(): void
}

const nothing = (): void => undefined

/**
 * Turns a command or a script into a program and its arguments.
 * @throws JobyardError SPAWN_FAILED
 */
export async function prepareLaunch(
  order: RunOrder,
  task: CommandTask | ScriptTask,
  env: NodeJS.ProcessEnv,
  context: WorkerContext,
): Promise<Launch> {
  switch (task.kind) {
    case 'command':
      return launchCommand(task)
    case 'script':
      return launchScript(order, task, env, context)
    default:
      return missingCase(task)
  }
}

function launchCommand({ argv, shell_command }: CommandTask): Launch {
  if (argv !== null) {
    const [program = '', ...args] = argv
    return { program, args, verbatim: false, note: null, dispose: nothing }
  }
  const command = shell_command ?? ''
  if (process.platform !== 'win32') {
    return { program: '/bin/sh', args: ['-c', command], verbatim: false, note: null, dispose: nothing }
  }
  // /s: exactly the outer quotes are taken off, whatever is in between.
  const args = ['/d', '/s', '/c', `"${command}"`]
  return { program: process.env['ComSpec'] ?? 'cmd.exe', args, verbatim: true, note: null, dispose: nothing }
}

async function launchScript(
  order: RunOrder,
  task: ScriptTask,
  env: NodeJS.ProcessEnv,
  context: WorkerContext,
): Promise<Launch> {
  const [first = '', ...options] = task.interpreter
  const program = first === NODE_PLACEHOLDER ? await context.nodes.find(env) : first
  const file = makeScriptFile(task, context.init, order.attempt_id)
  return {
    program,
    args: [...options, file.path, ...task.args],
    verbatim: false,
    note: file.note,
    dispose: () => {
      file.remove()
    },
  }
}
