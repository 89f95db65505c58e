import type { Command } from 'commander'
import type { JobState } from '../../shared/job.ts'
import type { JobFilter } from '../../shared/selection.ts'
import { collectStates } from './arguments.ts'

/** What `addFilterOptions` adds. */
export interface FilterOptions {
  readonly state?: readonly JobState[]
  readonly name?: string
  readonly group?: string
}

/** Options that say which jobs a command is about. */
export function addFilterOptions(command: Command): Command {
  return command
    .option('--state <states>', 'only jobs in these states (queued,running,…)', collectStates)
    .option('--name <text>', 'only jobs with this in their name')
    .option('--group <name>', 'only jobs of this group')
}

export function toFilter({ state, name, group }: FilterOptions): JobFilter {
  return {
    ...(state === undefined ? {} : { states: [...state] }),
    ...(name === undefined ? {} : { name }),
    ...(group === undefined ? {} : { group }),
  }
}
