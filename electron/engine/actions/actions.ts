import { hasCode, JobyardError } from '../../../shared/errors.ts'
import { ENDED_STATES } from '../../../shared/job.ts'
import type { JobSpec } from '../../../shared/job-spec.ts'
import { SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import type { Selection } from '../../../shared/selection.ts'
import type { ActionOutcome, Group } from '../../../shared/status.ts'
import type { ActiveAttempt, ActiveAttempts } from '../dispatcher/active-attempts.ts'
import { hasStarted } from '../dispatcher/active-attempts.ts'
import type { Dispatcher } from '../dispatcher/dispatcher.ts'
import type { Stopper } from '../dispatcher/stopper.ts'
import type { DueTimer } from '../queue/due-timer.ts'
import type { Journal } from '../store/journal.ts'
import type { Operation } from '../store/store-operations.ts'
import type { ActionResult, Changes, MoveTarget, SelectionStep } from '../store/store-records.ts'
import type { Store } from '../store/store.ts'
import type { WorkerRunner } from '../worker-pool/worker-runner.ts'

/** Fields of a waiting job that a person may change. */
export interface EditPatch {
  readonly spec?: JobSpec
  readonly group?: string
  readonly priority?: number
  /** So much more or less than each job has; not looked at beside `priority`. */
  readonly priority_by?: number
}

export interface ActionsOptions {
  readonly store: Store
  readonly journal: Journal
  readonly active: ActiveAttempts
  readonly dispatcher: Dispatcher
  readonly stopper: Stopper
  readonly dueTimer: DueTimer
  readonly ensureGroup: (name: string) => Promise<Group>
  readonly announce: (changes: Changes) => void
  readonly now: () => number
}

type ActionOperation = Extract<
  Operation,
  {
    type:
      'cancel' | 'hold' | 'release' | 'restart' | 'resolve-interrupted' | 'move' | 'edit' | 'clear' | 'undo'
  }
>

const PAGE_JOBS = 1_000
/** Jobs of one transaction: a million in one would keep everybody waiting for seconds. */
const STEP_JOBS = 10_000

/** Verbs that cannot be done in steps (move) do all in the first. */
type ToOperation = (selection: Selection, step: SelectionStep) => ActionOperation

/** The verbs on a selection of jobs. Waiting and ended jobs are the store's, active ones are dealt with here. */
export class Actions {
  readonly #options: ActionsOptions

  constructor(options: ActionsOptions) {
    this.#options = options
  }

  /** Waiting and interrupted jobs are cancelled at once; running ones are asked to end (`now`: without a grace). */
  async cancel(selection: Selection, now = false): Promise<ActionOutcome> {
    const stop = (attempt: ActiveAttempt): boolean => {
      this.#options.stopper.stop(attempt, 'cancel', now)
      return true
    }
    try {
      return await this.#cancel(selection, {}, stop)
    } catch (error) {
      if (!hasCode(error, 'STORE_FAILED')) throw error
      // A job that fills the disk must end all the same. What waits is refused.
      const stopped = await this.#eachActive(
        selection,
        (attempt) => hasStarted(attempt.phase) && stop(attempt),
      )
      if ('ids' in selection && stopped.count === selection.ids.length) return stopped
      throw error
    }
  }

  /** The rule of a sweep stops its jobs. @param running stop those that run, too; else they go on */
  halt(selection: Selection, running: boolean): Promise<ActionOutcome> {
    const stop = (attempt: ActiveAttempt): boolean => {
      this.#options.stopper.stop(attempt, 'halt')
      return true
    }
    return this.#cancel(selection, { cause: 'halt' }, running ? stop : undefined)
  }

  #cancel(
    selection: Selection,
    how: { readonly cause?: 'halt' },
    stop?: (attempt: ActiveAttempt) => boolean,
  ): Promise<ActionOutcome> {
    return this.#act(
      (part, step) => ({ type: 'cancel', selection: part, step, at_ms: this.#options.now(), ...how }),
      selection,
      stop,
    )
  }

  hold(selection: Selection): Promise<ActionOutcome> {
    return this.#act(
      (part, step) => ({ type: 'hold', selection: part, step, at_ms: this.#options.now() }),
      selection,
    )
  }

  release(selection: Selection): Promise<ActionOutcome> {
    return this.#act(
      (part, step) => ({ type: 'release', selection: part, step, at_ms: this.#options.now() }),
      selection,
    )
  }

  /** Ended and interrupted jobs run again, as a new attempt; dependents that were skipped because of them are revived. */
  restart(selection: Selection): Promise<ActionOutcome> {
    return this.#act(
      (part, step) => ({ type: 'restart', selection: part, step, at_ms: this.#options.now() }),
      selection,
    )
  }

  /** A person's decision about interrupted jobs. */
  resolveInterrupted(selection: Selection, decision: 'requeue' | 'fail'): Promise<ActionOutcome> {
    return this.#act(
      (part, step) => ({
        type: 'resolve-interrupted',
        selection: part,
        step,
        decision,
        at_ms: this.#options.now(),
      }),
      selection,
    )
  }

  /** Moves waiting jobs within the group of the target; they take its priority. */
  move(selection: Selection, target: MoveTarget): Promise<ActionOutcome> {
    return this.#act(
      (part) => ({ type: 'move', selection: part, target, at_ms: this.#options.now() }),
      selection,
    )
  }

  /** Changes waiting jobs. A new spec brings its group and priority along, unless others are given. A priority alone can be undone. */
  async edit(selection: Selection, { spec, ...patch }: EditPatch): Promise<ActionOutcome> {
    const ofSpec =
      spec === undefined
        ? {}
        : {
            group: spec.group ?? SPEC_DEFAULTS.group,
            priority: spec.priority ?? SPEC_DEFAULTS.priority,
          }
    const { group: name, priority, priority_by }: Omit<EditPatch, 'spec'> = { ...ofSpec, ...patch }
    const group = name === undefined ? null : await this.#options.ensureGroup(name)
    const edit = {
      ...(spec === undefined ? {} : { spec }),
      ...(priority === undefined ? {} : { priority }),
      ...(priority_by === undefined ? {} : { priority_by }),
      ...(group === null ? {} : { group_id: group.id }),
    }
    return this.#act(
      (part, step) => ({ type: 'edit', selection: part, step, edit, at_ms: this.#options.now() }),
      selection,
    )
  }

  /** Takes ended jobs out of sight; for good when the time to undo is over. */
  clear(selection: Selection): Promise<ActionOutcome> {
    return this.#act(
      (part, step) => ({ type: 'clear', kind: 'clear', selection: part, step, at_ms: this.#options.now() }),
      selection,
    )
  }

  /** Clears what ended longer ago than that. */
  prune(older_than_ms: number): Promise<ActionOutcome> {
    const at_ms = this.#options.now()
    const selection = { filter: { states: [...ENDED_STATES], ended_before_ms: at_ms - older_than_ms } }
    return this.#act(
      (part, step) => ({ type: 'clear', kind: 'prune', selection: part, step, at_ms }),
      selection,
    )
  }

  /** @throws JobyardError ACTION_NOT_FOUND where nothing is left to undo */
  async undo(action_ids: readonly number[]): Promise<ActionOutcome> {
    let count = 0
    for (const action_id of action_ids) {
      const result = await this.#write({ type: 'undo', action_id, at_ms: this.#options.now() })
      count += result.count
    }
    if (count > 0) return { count, action_ids: [] }
    throw new JobyardError(
      'ACTION_NOT_FOUND',
      'There is nothing left to undo: it was undone already, its time is over, or the jobs have changed since.',
    )
  }

  /** Stops the process trees of running commands and scripts without ending them. */
  suspend(selection: Selection): Promise<ActionOutcome> {
    return this.#eachActive(selection, (attempt) => this.#options.stopper.suspend(attempt))
  }

  /** Lets suspended process trees go on. */
  resume(selection: Selection): Promise<ActionOutcome> {
    return this.#eachActive(selection, (attempt) => this.#options.stopper.resume(attempt))
  }

  /**
   * Writes the action; jobs that a worker holds and has not started are taken back and acted on too.
   * @param onStarted deals with a job that runs; true where it did something. Without it such jobs are left alone.
   */
  async #act(
    toOperation: ToOperation,
    selection: Selection,
    onStarted?: (attempt: ActiveAttempt) => boolean,
  ): Promise<ActionOutcome> {
    let count = 0
    const action_ids: number[] = []
    for (let after_id: number | null = 0; after_id !== null;) {
      const result: ActionResult = await this.#write(toOperation(selection, { after_id, limit: STEP_JOBS }))
      const outcome = await this.#finish(result, toOperation, onStarted)
      count += outcome.count
      action_ids.push(...outcome.action_ids)
      after_id = result.next_after_id
    }
    return { count, action_ids }
  }

  /** Deals with the jobs of a step that were leased or active. */
  async #finish(
    result: ActionResult,
    toOperation: ToOperation,
    onStarted?: (attempt: ActiveAttempt) => boolean,
  ): Promise<ActionOutcome> {
    const { active } = this.#options
    let count = result.count
    const action_ids = result.action_id === null ? [] : [result.action_id]
    const holders = new Map<WorkerRunner, number[]>()
    const ended: number[] = []
    for (const job_id of result.active) {
      const attempt = active.ofJob(job_id)
      if (attempt === undefined) ended.push(job_id)
      else if (hasStarted(attempt.phase)) count += onStarted?.(attempt) === true ? 1 : 0
      else holders.set(attempt.runner, [...(holders.get(attempt.runner) ?? []), job_id])
    }
    const outcomes = await Promise.all(
      [...holders].map(([runner, job_ids]) => this.#takeBack(runner, job_ids, toOperation, onStarted)),
    )
    // The attempt ended meanwhile, which is written: what the job is now (retrying, say) the action is meant for, too.
    if (ended.length > 0) outcomes.push(await this.#act(toOperation, { ids: ended }, onStarted))
    for (const again of outcomes) {
      count += again.count
      action_ids.push(...again.action_ids)
    }
    return { count, action_ids }
  }

  /**
   * Takes jobs back that a worker has not started and acts on them. A worker that does not answer may have begun one of
   * them that does not yield: this one is dealt with at once, and not waited for where it was all that was asked for.
   */
  async #takeBack(
    runner: WorkerRunner,
    job_ids: readonly number[],
    toOperation: ToOperation,
    onStarted?: (attempt: ActiveAttempt) => boolean,
  ): Promise<ActionOutcome> {
    const { active, dispatcher } = this.#options
    const begun = Promise.withResolvers<ActionOutcome>()
    const end = active.onBegunUnsaid((attempt) => {
      if (attempt.runner !== runner || !job_ids.includes(attempt.job.id)) return
      const count = onStarted?.(attempt) === true ? 1 : 0
      if (job_ids.length === 1) begun.resolve({ count, action_ids: [] })
    })
    try {
      const again = dispatcher.recall(runner, () => this.#act(toOperation, { ids: [...job_ids] }, onStarted))
      return await Promise.race([again, begun.promise])
    } finally {
      end()
    }
  }

  async #write(operation: ActionOperation): Promise<ActionResult> {
    const result = await this.#options.journal.write(operation)
    this.#options.announce(result)
    await this.#options.dueTimer.refresh()
    return result
  }

  async #eachActive(selection: Selection, act: (attempt: ActiveAttempt) => boolean): Promise<ActionOutcome> {
    let count = 0
    for await (const job_id of this.#idsOf(selection)) {
      const attempt = this.#options.active.ofJob(job_id)
      if (attempt !== undefined && act(attempt)) count += 1
    }
    return { count, action_ids: [] }
  }

  async *#idsOf(selection: Selection): AsyncGenerator<number, void, undefined> {
    if ('ids' in selection) {
      yield* selection.ids
      return
    }
    const active = {
      filter: { ...selection.filter, states: ['running', 'suspended'] as ('running' | 'suspended')[] },
    }
    let after_id = 0
    for (;;) {
      const ids = await this.#options.store.query({
        type: 'select',
        selection: active,
        after_id,
        limit: PAGE_JOBS,
      })
      yield* ids
      const last = ids.at(-1)
      if (last === undefined || ids.length < PAGE_JOBS) return
      after_id = last
    }
  }
}
