import { serialiseError } from '../../../shared/errors.ts'
import type { SerialisedError } from '../../../shared/errors.ts'
import { SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import type { RunOrder } from '../../../shared/worker-protocol.ts'
import type { Journal } from '../store/journal.ts'
import { splitSpecText } from '../store/spec-text.ts'
import type { NeededValue } from '../store/store-records.ts'
import type { WorkerRunner } from '../worker-pool/worker-runner.ts'
import type { ActiveAttempt } from './active-attempts.ts'
import { fillNeeds } from './need-values.ts'
import { SlotNumbers, withSlotNumber } from './slot-numbers.ts'

export interface RunOrdersOptions {
  readonly journal: Pick<Journal, 'write'>
  /** It is leased and cannot run: a value is missing. */
  readonly onUnfit: (attempt: ActiveAttempt, error: SerialisedError) => void
}

/** What workers are told to run: the specs of jobs, with what is known only when they run. */
export class RunOrders {
  readonly #options: RunOrdersOptions
  readonly #slots = new SlotNumbers<WorkerRunner>()

  constructor(options: RunOrdersOptions) {
    this.#options = options
  }

  /** The worker holds nothing any more. */
  forget(runner: WorkerRunner): void {
    this.#slots.free(runner)
  }

  /**
   * @param values what needed jobs came to; null: this one names none
   * @returns null where it cannot run, which is told
   */
  of(attempt: ActiveAttempt, values: readonly NeededValue[] | null): RunOrder | null {
    const order = this.#withSlot(toOrder(attempt), attempt)
    if (attempt.spec.fills_needs !== true) return order
    const own = (values ?? []).filter(({ job_id }) => job_id === attempt.job.id)
    try {
      const { order: filled, ran } = fillNeeds(order, attempt.spec, own)
      const note = { type: 'note-ran', attempt_id: attempt.attempt_id, job_id: attempt.job.id, ran } as const
      // Before the start in the journal. Where the disk refuses this it refuses that, too.
      this.#options.journal.write(note).catch(() => undefined)
      return filled
    } catch (error) {
      this.#options.onUnfit(attempt, serialiseError(error))
      return null
    }
  }

  #withSlot(order: RunOrder, attempt: ActiveAttempt): RunOrder {
    const { slot_mark } = attempt.spec
    if (slot_mark === undefined) return order
    return withSlotNumber(order, slot_mark, this.#slots.of(attempt.runner, attempt.job.group_id))
  }
}

const NO_ENV: RunOrder['env'] = {}

/** As the spec says. */
function toOrder({ attempt_id, job, spec }: ActiveAttempt): RunOrder {
  const { input_json } = splitSpecText(job.spec_json)
  return {
    attempt_id,
    job_id: job.id,
    number: job.attempts + 1,
    name: job.name,
    task: spec.task,
    cwd: spec.cwd,
    ...(input_json === null ? {} : { input_json }),
    env: spec.env ?? NO_ENV,
    stop: spec.stop ?? SPEC_DEFAULTS.stop,
    log_max_bytes: spec.log_max_bytes ?? SPEC_DEFAULTS.log_max_bytes,
    ...(spec.memory === undefined ? {} : { memory: spec.memory }),
  }
}
