import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import type { NewJob } from '../../../shared/job-spec.ts'
import { SPEC_DEFAULTS } from '../../../shared/job-spec.ts'

/** An element of `jobs` of `preview --json`: the spec as it would be queued, with its needs by place in the list. */
export function previewedJobJson({ spec, needs = [] }: NewJob): Record<string, unknown> {
  const { name, task, cwd, group = SPEC_DEFAULTS.group, priority = SPEC_DEFAULTS.priority, ...others } = spec
  return {
    name,
    kind: task.kind,
    group,
    priority,
    cwd,
    task,
    needs: needs.map(({ on, condition }) => ({ ...on, if: condition })),
    ...others,
  }
}

/** An element of `problems` of `preview --json`. */
export function problemJson({ file, line, column, path, code, message }: JobFileProblem): JobFileProblem {
  return { file, line, column, path, code, message }
}
