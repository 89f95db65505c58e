import type { JobSpec } from '../../../shared/job-spec.ts'
import type { EventBus } from '../events/event-bus.ts'
import { atClockTime } from '../queue/clock-timer.ts'
import type { Journal } from '../store/journal.ts'
import { parseSpecText } from '../store/spec-text.ts'
import type { Changes, DueSchedule, Firing, JobInsert } from '../store/store-records.ts'
import type { Store } from '../store/store.ts'
import type { IdSequence } from '../submissions/id-sequence.ts'
import type { InsertFacts } from '../submissions/job-insert.ts'
import { CLOCK_CORRECTED_MS, planFirings } from './plan-firings.ts'

/** Schedules that are worked off in one go. */
const LOOK_LIMIT = 100
/** A clock that was set back is seen after so long at the latest. */
const LOOK_MS = 30_000

export interface ScheduleKeeperOptions {
  readonly store: Store
  readonly journal: Journal
  readonly bus: EventBus
  readonly jobIds: IdSequence
  readonly submissionIds: IdSequence
  /** What is stored of a job that is submitted at that time. */
  readonly toInsert: (spec: JobSpec, facts: Omit<InsertFacts, 'group_id'>) => Promise<JobInsert>
  readonly announce: (changes: Changes) => void
  readonly onDue: (at_ms: number) => void
  readonly onError: (error: unknown) => void
  readonly now: () => number
}

/**
 * Submits the jobs of schedules when they are due, each with its next time in one transaction, so that none is submitted
 * twice or forgotten whenever we die. It works while the engine is started; what was due before is then caught up with.
 */
export class ScheduleKeeper {
  readonly #options: ScheduleKeeperOptions
  #clear: (() => void) | null = null
  #started = false
  #looking: Promise<void> | null = null
  #again = false

  constructor(options: ScheduleKeeperOptions) {
    this.#options = options
  }

  start(): Promise<void> {
    this.#started = true
    return this.look()
  }

  /** Resolves when nothing more is written. */
  async close(): Promise<void> {
    this.#started = false
    this.#clear?.()
    await this.#looking
  }

  /** Does what is due now. To be called when schedules came or went, and when the clock may have jumped. */
  look(): Promise<void> {
    this.#again = true
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async #lookOn(): Promise<void> {
    this.#clear?.()
    this.#clear = null
    try {
      while (this.#started && this.#again) {
        this.#again = false
        await this.#work()
      }
    } catch (error) {
      // The disk refused, or a schedule is damaged: the others are looked at again with it.
      this.#options.onError(error)
      this.#arm(this.#options.now() + LOOK_MS)
    }
  }

  async #work(): Promise<void> {
    const { store, now } = this.#options
    const now_ms = now()
    const due = await store.query({
      type: 'due-schedules',
      now_ms,
      computed_before_ms: now_ms + CLOCK_CORRECTED_MS,
      limit: LOOK_LIMIT,
    })
    for (const schedule of due) await this.#fire(schedule, now_ms)
    if (due.length === LOOK_LIMIT) this.#again = true
    const next_ms = await store.query({ type: 'next-schedule' })
    if (next_ms !== null) this.#arm(Math.min(next_ms, now() + LOOK_MS))
  }

  #arm(at_ms: number): void {
    this.#clear?.()
    this.#clear = !this.#started ? null : atClockTime(at_ms, this.#options.now, () => void this.look())
  }

  async #fire({ id, spec_json, next_ms, computed_ms }: DueSchedule, now_ms: number): Promise<void> {
    const { journal, bus, announce, onDue, jobIds, submissionIds } = this.#options
    const { schedule, ...spec } = parseSpecText(spec_json)
    if (schedule === undefined) return
    const plan = planFirings(schedule, { next_ms, computed_ms }, now_ms)
    const fires: Firing[] = []
    for (const time_ms of plan.times) {
      const facts = { id: jobIds.take(1), at_ms: now_ms, schedule_id: id }
      const job = await this.#options.toInsert(spec, facts)
      fires.push({ time_ms, submission_id: submissionIds.take(1), job })
    }
    const { queued, ...changes } = await journal.write({
      type: 'fire-schedule',
      schedule_id: id,
      expected_next_ms: next_ms,
      next_ms: plan.next_ms,
      at_ms: now_ms,
      label: `schedule ${id}: ${spec.name}`,
      overlap: schedule.overlap,
      fires,
      passed: plan.passed,
    })
    for (const submission_id of queued) bus.emit('submission:added', { submission_id, count: 1 })
    for (const { job } of fires) if (job.due_ms !== null) onDue(job.due_ms)
    announce(changes)
  }
}
