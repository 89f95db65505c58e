import { CommanderError } from 'commander'
import type { ErrorCode } from '../../../shared/errors.ts'
import { JobyardError } from '../../../shared/errors.ts'
import { EXIT } from '../host.ts'
import { oneLine } from './text.ts'

const BAD_INPUT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['BAD_INPUT', 'INVALID_ARGUMENT'])

/** True for what commander throws to end after it has printed a help text or the version. */
export function isHelp(thrown: unknown): boolean {
  return thrown instanceof CommanderError && thrown.exitCode === 0
}

/** What the process ends with after that error. */
export function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof CommanderError) return isHelp(thrown) ? EXIT.ok : EXIT.bad_input
  return thrown instanceof JobyardError && BAD_INPUT.has(thrown.code) ? EXIT.bad_input : EXIT.failed
}

/**
 * One line for a person: what is wrong, and what to do.
 * @param command name of the command that was called, where it is known
 */
export function errorLine(thrown: unknown, command: string | null): string {
  if (thrown instanceof CommanderError) {
    const what = oneLine(thrown.message.replace(/^error: /, '').replace(/\.$/, ''))
    return `jobyard: ${what}. See \`jobyard ${command === null ? '' : `${command} `}--help\`.`
  }
  if (thrown instanceof JobyardError && thrown.code !== 'INTERNAL')
    return `jobyard: ${oneLine(thrown.message)}`
  const message = oneLine(thrown instanceof Error ? thrown.message : String(thrown))
  return `jobyard: ${message} (a bug in Jobyard: please report it, with what JOBYARD_DEBUG=1 prints)`
}
