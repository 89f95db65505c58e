import { nextTime } from '../schedules/cron-times.ts'
import type { QueueFacts, WrittenJob } from '../store/written-job.ts'
import type { JobExtras, JobInsert } from '../store/store-records.ts'

const NO_NEEDS: JobInsert['needs'] = []
const NO_FACTS: QueueFacts = {}

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
export function toJobInsert(job: Omit<WrittenJob, 'needs'>, insert: InsertFacts): JobInsert {
  const { id, group_id, at_ms, needs = NO_NEEDS } = insert
  const { name, kind, spec_text, facts = NO_FACTS } = job
  return {
    id,
    name,
    kind,
    group_id,
    priority: facts.priority ?? 0,
    slots: facts.slots ?? 1,
    held: facts.hold ?? false,
    due_ms: dueTime(facts, at_ms),
    spec_json: spec_text,
    needs,
    extras: extrasOf(facts, insert),
  }
}

function dueTime({ delay_ms, at_ms: wanted_ms }: QueueFacts, at_ms: number): number | null {
  if (wanted_ms !== undefined) return wanted_ms > at_ms ? wanted_ms : null
  return delay_ms === undefined || delay_ms === 0 ? null : at_ms + delay_ms
}

function extrasOf(facts: QueueFacts, { at_ms, schedule_id }: InsertFacts): JobExtras | undefined {
  const { timeout_percent, unique, schedule, on_finish } = facts
  if ([timeout_percent, unique, schedule, on_finish, schedule_id].every((fact) => fact === undefined))
    return undefined
  return {
    timed: timeout_percent !== undefined,
    unique: unique ?? null,
    hook_if: on_finish?.if ?? null,
    schedule_id: schedule_id ?? null,
    recurs: schedule === undefined ? null : { next_ms: nextTime(schedule, at_ms) },
  }
}
