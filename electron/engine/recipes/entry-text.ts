import type { JobEntry } from '../../../shared/job-file.ts'
import { oneLine } from '../job-files/normalise.ts'

const MAX_CHARS = 300

/** What a job with holes runs, in one line. */
export function entryText({ command, script, args = [], module }: JobEntry): string {
  if (command !== undefined)
    return oneLine(typeof command === 'string' ? command : command.join(' '), MAX_CHARS)
  return oneLine(module ?? [script ?? '', ...args].join(' '), MAX_CHARS)
}
