import type { JobSpec } from '../../../shared/job-spec.ts'
import { nextTime } from '../schedules/cron-times.ts'
import { writeSpecText } from '../store/spec-text.ts'
import type { JobExtras, JobInsert } from '../store/store.ts'

const NO_NEEDS: JobInsert['needs'] = []

export interface InsertFacts {
  readonly id: number
  readonly group_id: number
  /** When it is submitted. */
  readonly at_ms: number
  readonly needs?: JobInsert['needs']
  /** The schedule that submits it. */
  readonly schedule_id?: number
}

/** What is stored of a job that is submitted. */
export function toJobInsert(spec: JobSpec, facts: InsertFacts): JobInsert {
  const { id, group_id, at_ms, needs = NO_NEEDS } = facts
  return {
    id,
    name: spec.name,
    kind: spec.task.kind,
    group_id,
    priority: spec.priority ?? 0,
    slots: spec.slots ?? 1,
    held: spec.hold ?? false,
    due_ms: dueTime(spec, at_ms),
    spec_json: writeSpecText(spec),
    needs,
    extras: extrasOf(spec, facts),
  }
}

function dueTime({ delay_ms, at_ms: wanted_ms }: JobSpec, at_ms: number): number | null {
  if (wanted_ms !== undefined) return wanted_ms > at_ms ? wanted_ms : null
  return delay_ms === undefined || delay_ms === 0 ? null : at_ms + delay_ms
}

function extrasOf(spec: JobSpec, { at_ms, schedule_id }: InsertFacts): JobExtras | undefined {
  const { timeout_percent, unique, schedule } = spec
  if (timeout_percent === undefined && unique === undefined) {
    if (schedule === undefined && schedule_id === undefined) return undefined
  }
  return {
    timed: timeout_percent !== undefined,
    unique: unique ?? null,
    schedule_id: schedule_id ?? null,
    recurs: schedule === undefined ? null : { next_ms: nextTime(schedule, at_ms) },
  }
}
