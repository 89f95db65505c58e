import type { FinishHook } from './job-spec.ts'

/** What is run when a job has ended, in one line: `touch done, if it fails`. */
export function hookText({ command, if: condition }: FinishHook): string {
  return `${command.trim().replaceAll(/\s+/g, ' ')}${CONDITION_WORDS[condition]}`
}

const CONDITION_WORDS = { always: '', success: ', if it succeeds', failure: ', if it fails' } as const
