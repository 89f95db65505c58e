import type { JobEntry } from '../../../shared/job-file.ts'
import type { JobSpec } from '../../../shared/job-spec.ts'
import type { NeedRef } from './entry-template.ts'
import { labelOf, writtenNeeds } from './needs.ts'

/** What the values of a job may name; null: it needs no other. */
export function neededLabels(entry: Pick<JobEntry, 'needs'>): ReadonlySet<string> | null {
  const needs = writtenNeeds(entry)
  return needs.length === 0 ? null : new Set(needs.map(({ on }) => labelOf(on)))
}

/** Says in the spec that values of needed jobs are to be filled in when it starts. */
export function markNeedValues(
  spec: JobSpec,
  { cwd }: Pick<JobEntry, 'cwd'>,
  refs: readonly NeedRef[],
): void {
  if (refs.length === 0) return
  spec.fills_needs = true
  // A folder that is not known yet cannot be counted from that of the file yet.
  if (cwd !== undefined && refs.some(({ key }) => key === 'cwd')) spec.cwd = cwd
}
