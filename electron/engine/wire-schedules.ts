import { DEFAULT_GROUP } from '../../shared/job-spec.ts'
import { ScheduleKeeper } from './schedules/schedule-keeper.ts'
import type { Store } from './store/store.ts'
import type { IdSequence } from './submissions/id-sequence.ts'
import { writeJob } from './store/written-job.ts'
import { toJobInsert } from './submissions/job-insert.ts'
import type { EngineParts } from './engine-parts.ts'

export interface ScheduleWiring {
  readonly store: Store
  readonly parts: EngineParts
  readonly jobIds: IdSequence
  readonly submissionIds: IdSequence
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/** Puts together what submits the jobs of schedules. */
export function makeSchedules({ parts, ...wiring }: ScheduleWiring): ScheduleKeeper {
  const { store, jobIds, submissionIds, now, onError } = wiring
  return new ScheduleKeeper({
    ...{ store, jobIds, submissionIds, now, onError },
    journal: parts.journal,
    bus: parts.bus,
    announce: parts.announce,
    onDue: (at_ms) => {
      parts.dueTimer.consider(at_ms)
    },
    toInsert: async (spec, facts) => {
      const name = spec.group ?? DEFAULT_GROUP
      const group = parts.queue.groupByName(name) ?? (await parts.setGroup(name, {}))
      return toJobInsert(writeJob({ spec }), { ...facts, group_id: group.id })
    },
  })
}
