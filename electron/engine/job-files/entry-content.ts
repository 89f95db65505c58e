import type { JobEntry } from '../../../shared/job-file.ts'
import type { JobSpec } from '../../../shared/job-spec.ts'
import { compileEntry, rowKeysLeft, withDefaults } from './entry-template.ts'
import type { NeedRef } from './entry-template.ts'
import { markNeedValues, neededLabels } from './need-marks.ts'
import { toSpec } from './normalise.ts'
import type { SpecContext } from './normalise.ts'
import { isSweep, pathIn, Sweep } from './sweep.ts'

/** What an entry of a job file becomes. */
export interface EntryContent {
  /** null: a fault was told. */
  readonly content: JobSpec | Sweep | null
  /** Where it names values of jobs that it needs. */
  readonly need_refs: readonly NeedRef[]
}

const NO_REFS: readonly NeedRef[] = []

/** Of an entry that has a fault. */
export const NO_CONTENT: EntryContent = { content: null, need_refs: NO_REFS }

export function entryContent(entry: JobEntry, context: SpecContext): EntryContent {
  if (isSweep(entry)) {
    const content = Sweep.of(entry, context)
    return { content, need_refs: content?.need_refs ?? NO_REFS }
  }
  const [unknown] = Object.keys(rowKeysLeft(entry, context.defaults))
  if (unknown !== undefined) {
    context.onFault(() => ({
      code: 'BAD_EXPRESSION',
      path: ['defaults', unknown],
      message: notInSweep(unknown, context),
    }))
    return NO_CONTENT
  }
  if (entry.needs === undefined || entry.needs.length === 0)
    return { content: toSpec(entry, context), need_refs: NO_REFS }
  const whole = withDefaults(entry, context.defaults)
  const scope = { sources: null, matrix: null, env: {}, needs: neededLabels(entry), only_needs: true }
  const template = compileEntry(whole, scope, pathIn(entry, context), context.onFault)
  const spec = toSpec(entry, context)
  if (template === null || spec === null) return { content: null, need_refs: NO_REFS }
  markNeedValues(spec, whole, template.need_refs)
  return { content: spec, need_refs: template.need_refs }
}

function notInSweep(key: string, { line }: SpecContext): string {
  return `An expression in ${key} is known in the jobs of a sweep only, and the job of line ${line} is none. Give it a ${key} of its own.`
}
