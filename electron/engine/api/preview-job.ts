import { isAbsolute, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { LeftFiles, PreviewJob } from '../../../shared/drop.ts'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import type { JobSpec, NewJob } from '../../../shared/job-spec.ts'
import { SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import type { ScheduleStatus } from '../../../shared/status.ts'
import { hookText } from '../../../shared/hook-text.ts'
import { needText } from '../../../shared/need-text.ts'
import { taskText } from '../../../shared/task-text.ts'
import { nextTime } from '../schedules/cron-times.ts'

/** Whether a path is the folder or below it. */
export function isInside(path: string, folder: string): boolean {
  const below = relative(folder, path)
  return below === '' || (!below.startsWith('..') && !isAbsolute(below))
}

/** Files that were sent are named as the sender knows them. */
function shortPath(path: string, folder: string | null): string {
  return folder !== null && isInside(path, folder) ? relative(folder, path) : path
}

/** @param folder of files that were sent; null: they are the person's own */
export function named(problem: JobFileProblem, folder: string | null): JobFileProblem {
  return { ...problem, file: shortPath(problem.file, folder) }
}

/** A job as the sheet shows it. */
export function previewOf(
  { spec, needs = [] }: NewJob,
  folder: string | null,
): Omit<PreviewJob, 'duplicate_of' | 'unique_of' | 'schedule'> {
  const { name, task, cwd, env = {}, source, schedule, on_finish } = spec
  return {
    name,
    kind: task.kind,
    runs: taskText(task),
    cwd,
    group: spec.group ?? SPEC_DEFAULTS.group,
    priority: spec.priority ?? SPEC_DEFAULTS.priority,
    slots: spec.slots ?? SPEC_DEFAULTS.slots,
    starts_ms: schedule === undefined ? (spec.at_ms ?? null) : nextTime(schedule, Date.now()),
    env,
    needs: needs.length,
    ...(on_finish === undefined ? {} : { then_text: hookText(on_finish) }),
    source: { file: shortPath(source?.file ?? '', folder), line: source?.line ?? null },
  }
}

/** With the one there is already that is the same: dropped a second time, it would submit everything twice. */
export function scheduleOf(
  { name, schedule, task }: JobSpec,
  known: readonly ScheduleStatus[],
): PreviewJob['schedule'] {
  if (schedule === undefined) return null
  const wanted = { name, schedule, task }
  const same = known.find((other) =>
    isDeepStrictEqual({ name: other.name, schedule: other.schedule, task: other.task }, wanted),
  )
  return { cron: schedule.cron, tz: schedule.tz, same_as: same?.id ?? null }
}

/** Files that were left out, named as in `named`. */
export function namedFiles({ count, first }: LeftFiles, folder: string | null): LeftFiles {
  const short = (path: string): string => shortPath(path, folder)
  return { count, first: first.map(({ file, output }) => ({ file: short(file), output: short(output) })) }
}

/**
 * What a job needs, in words.
 * @param jobs the first of the drop
 */
export function needsOf(
  { needs = [] }: Pick<NewJob, 'needs'>,
  jobs: readonly NewJob[],
): Pick<PreviewJob, 'needs_text'> {
  return needs.length === 0 ? {} : { needs_text: needText(needs, (index) => jobs[index]?.spec.name) }
}
