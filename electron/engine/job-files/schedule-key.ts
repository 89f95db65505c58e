import type { JobEntry } from '../../../shared/job-file.ts'
import { SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import type { JobSpec } from '../../../shared/job-spec.ts'
import { cronFault } from '../schedules/cron-times.ts'
import type { SpecContext } from './normalise.ts'
import type { RawFault } from './source.ts'
import { quoted } from './spec-path.ts'

/** Says in the spec when the job is to run. @returns false where a fault was told */
export function addSchedule(spec: JobSpec, entry: JobEntry, context: SpecContext): boolean {
  const { schedule } = entry
  if (schedule === undefined) return true
  const tell = (path: readonly string[], fault: Omit<RawFault, 'path'>): false => {
    context.onFault(() => ({ ...fault, path: [...context.path, ...path] }))
    return false
  }
  const { at, cron } = schedule
  if (at !== undefined && entry.delay !== undefined)
    return tell(['delay'], conflict('A job starts at a time or after a delay: keep only one of the two.'))
  if (at !== undefined) spec.at_ms = at
  if (cron === undefined) return true
  if (entry.needs !== undefined && entry.needs.length > 0)
    return tell(
      ['needs'],
      conflict('A job with a cron schedule comes again and again, and cannot need jobs that come once.'),
    )
  const tz = schedule.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const why = cronFault({ cron, tz })
  if (why !== null)
    return tell(['schedule', 'cron'], {
      code: 'INVALID',
      message: `${quoted(cron)} is no cron pattern that is ever due: ${why}`.replace(/\.?$/, '.'),
      found: quoted(cron),
      expected: 'a cron pattern of five fields',
    })
  const { overlap = SPEC_DEFAULTS.overlap, catchup = SPEC_DEFAULTS.catchup } = schedule
  spec.schedule = { cron, tz, overlap, catchup }
  return true
}

function conflict(message: string): Omit<RawFault, 'path'> {
  return { code: 'CONFLICT', message }
}
