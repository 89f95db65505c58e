import { setTimeout as wait } from 'node:timers/promises'
import { serialiseError } from '../../../shared/errors.ts'
import type { SerialisedError } from '../../../shared/errors.ts'
import type { RunOrder } from '../../../shared/worker-protocol.ts'
import type { HaltWatch } from '../actions/halt-watch.ts'
import type { ReadyQueue } from '../queue/ready-queue.ts'
import type { Journal } from '../store/journal.ts'
import type { CommonSpec } from '../store/spec-text.ts'
import type { Changes, NeededValue, ReadyJob } from '../store/store-records.ts'
import { OrderedIds } from '../worker-pool/ordered-ids.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import type { WorkerRunner } from '../worker-pool/worker-runner.ts'
import type { ActiveAttempt, ActiveAttempts } from './active-attempts.ts'
import { newAttempt } from './active-attempts.ts'
import type { HandAhead } from './hand-ahead.ts'
import { AHEAD_MS } from './hand-ahead.ts'
import { RunOrders } from './run-orders.ts'
import type { SpecCache } from './spec-cache.ts'

export interface DispatcherOptions {
  readonly queue: ReadyQueue
  readonly pool: WorkerPool
  readonly active: ActiveAttempts
  readonly journal: Journal
  readonly specs: SpecCache
  readonly handAhead: HandAhead
  readonly halts: Pick<HaltWatch, 'covers' | 'isStopping'>
  readonly nextAttemptId: () => number
  /** False while the pool is paused, draining or stopped, or while the disk refuses. */
  readonly mayClaim: () => boolean
  /** True while something is about to be queued that is to run before all others. */
  readonly isHeldBack: () => boolean
  readonly announce: (changes: Changes) => void
  /** A stored spec does not parse: the job can never run. */
  readonly onBroken: (job: ReadyJob, error: SerialisedError) => void
  /** What jobs came to that others name in their texts. */
  readonly neededValues: (job_ids: readonly number[]) => Promise<readonly NeededValue[]>
  /** It is leased and cannot run: a value is missing. */
  readonly onUnfit: (attempt: ActiveAttempt, error: SerialisedError) => void
  readonly now: () => number
}

/** So long workers are waited for that are to give back what they have not started. */
const RECALL_PATIENCE_MS = 2_000

/**
 * What a worker holds: jobs of one group that take equally many places, of which one runs at a time. So the worker has the
 * places of one of them, of the pool and of the group.
 */
interface Load {
  readonly group_id: number
  /** What the jobs ask for. */
  readonly slots: number
  /** What that came to when the first was taken. */
  readonly places: number
  readonly attempts: OrderedIds
}

/**
 * Matches ready jobs with ready workers: takes the next job by priority, position and id, writes its lease, and only when
 * that is on disk sends it to the worker.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #loads = new Map<WorkerRunner, Load>()
  /** Workers for which values are being read: nothing may overtake the jobs that wait for them. */
  readonly #filling = new Set<WorkerRunner>()
  readonly #orders: RunOrders
  /** Places of the pool that are taken. */
  #taken = 0
  #requested = false

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#orders = new RunOrders(options)
  }

  /** Something changed: look again, once, at the end of this turn. */
  request(): void {
    if (this.#requested) return
    this.#requested = true
    queueMicrotask(() => {
      this.#requested = false
      this.#dispatch()
    })
  }

  /** The attempt is over or was given back: its worker may be free now. */
  release(attempt: ActiveAttempt): void {
    this.#options.active.delete(attempt)
    const load = this.#loads.get(attempt.runner)
    if (load?.attempts.delete(attempt.attempt_id) !== true) return
    if (load.attempts.size === 0) this.#unload(attempt.runner, load)
    else if (this.#options.mayClaim()) this.request()
  }

  /** Gives leases back that were not started; resolves when the jobs are queued again. */
  async giveBack(attempts: readonly ActiveAttempt[]): Promise<void> {
    if (attempts.length === 0) return
    const { journal, queue, announce, now } = this.#options
    const job_ids = attempts.map((attempt) => attempt.job.id)
    const written = journal.write({ type: 'unclaim', job_ids, at_ms: now() })
    let changes: Changes
    try {
      changes = await written
    } finally {
      // Also where the journal gave up: the next start finds the leases.
      for (const attempt of attempts) this.release(attempt)
    }
    for (const attempt of attempts) queue.offer(attempt.job)
    announce(changes)
  }

  /**
   * Takes back from all workers (or those of one group) what they have not started. A worker whose job does not yield
   * cannot answer: it is waited for a while only. It reads the recall before it begins anything else.
   */
  async recallAll(group_id: number | null): Promise<void> {
    const recalls: Promise<unknown>[] = []
    for (const [runner, load] of this.#loads) {
      if (group_id === null || this.#options.queue.isWithin(load.group_id, group_id))
        recalls.push(this.recall(runner, noMore))
    }
    const patience = new AbortController()
    await Promise.race([
      Promise.all(recalls),
      wait(RECALL_PATIENCE_MS, undefined, { signal: patience.signal }),
    ])
    patience.abort()
  }

  /**
   * Takes back from one worker what it has not started.
   * @param afterUnclaim called when the return is written and not yet on disk: what it writes comes before any new claim
   * @returns what `afterUnclaim` resolved to, when both are done
   */
  async recall<T>(runner: WorkerRunner, afterUnclaim: () => Promise<T>): Promise<T> {
    const attempts: ActiveAttempt[] = []
    for (const attempt_id of await runner.recall()) {
      const attempt = this.#options.active.get(attempt_id)
      if (attempt !== undefined) attempts.push(attempt)
    }
    const given = this.giveBack(attempts)
    const [more] = await Promise.all([afterUnclaim(), given])
    return more
  }

  /** Workers that have jobs in hand, with the attempts in the order in which they run. */
  *loads(): IterableIterator<readonly [WorkerRunner, OrderedIds]> {
    for (const [runner, load] of this.#loads) yield [runner, load.attempts]
  }

  #dispatch(): void {
    const { pool, queue, mayClaim, isHeldBack } = this.#options
    if (!mayClaim() || isHeldBack()) return
    const attempts: ActiveAttempt[] = []
    this.#topUp(attempts)
    while (pool.hasReady()) {
      const next = queue.best()
      if (next === undefined) break
      const { group_id, slots } = next
      const places = queue.placesOf(next)
      // It waits for more room, and nothing may take that meanwhile: small jobs would keep a large one waiting for ever.
      if (this.#taken + places > pool.concurrency) break
      const runner = pool.checkOut()
      if (runner === undefined) break
      const load: Load = { group_id, slots, places, attempts: new OrderedIds() }
      this.#loads.set(runner, load)
      this.#taken += places
      queue.occupy(group_id, places)
      this.#take(runner, load, attempts)
      if (load.attempts.size === 0) this.#unload(runner, load)
    }
    pool.want(Math.min(pool.concurrency, this.#loads.size + queue.demand(pool.concurrency - this.#taken)))
    if (attempts.length > 0) void this.#claim(attempts)
  }

  /** Busy workers with short jobs get more before they run dry, unless another group's job comes first. */
  #topUp(attempts: ActiveAttempt[]): void {
    const { pool, queue, specs } = this.#options
    // A pool or a group that was made smaller shrinks by workers that run dry.
    if (pool.isOver()) return
    for (const [runner, load] of this.#loads) {
      const first = queue.peek(load.group_id)
      if (first === undefined || runner.state !== 'busy') continue
      if (first.slots !== load.slots || queue.isOver(load.group_id)) continue
      if (runner.recalling || runner.retiring || this.#isLong(load) || this.#filling.has(runner)) continue
      const spec = this.#tryParse(first, specs)
      if (spec === null || load.attempts.size * 2 > this.#aheadLimit(first, spec)) continue
      const best = queue.best()
      if (best !== undefined && best.group_id !== load.group_id && best.priority >= first.priority) continue
      this.#take(runner, load, attempts)
    }
  }

  /** What the worker runs now is no short job, whatever the others were. */
  #isLong(load: Load): boolean {
    const { active, now } = this.#options
    const current = load.attempts.first
    const start = current === undefined ? null : active.get(current)?.start
    return start != null && now() - start.started_ms > AHEAD_MS
  }

  /** Takes one job for the worker, and more where they are short. */
  #take(runner: WorkerRunner, load: Load, attempts: ActiveAttempt[]): void {
    const { queue, specs, nextAttemptId, active, halts, onBroken } = this.#options
    const share = this.#fairShare(load)
    for (;;) {
      const next = queue.peek(load.group_id)
      if (next?.slots !== load.slots) return
      const spec = this.#tryParse(next, specs)
      if (spec === null) {
        queue.take(load.group_id)
        onBroken(next, this.#parseFault(next))
        continue
      }
      if (load.attempts.size >= Math.min(share, this.#aheadLimit(next, spec))) return
      queue.take(load.group_id)
      // It is about to be cancelled.
      if (active.ofJob(next.id) !== undefined || halts.isStopping(next)) continue
      const attempt = newAttempt(nextAttemptId(), next, spec, runner)
      active.add(attempt)
      load.attempts.add(attempt.attempt_id)
      attempts.push(attempt)
    }
  }

  /** Jobs that may have to be stopped because of one before them are handed out one by one. */
  #aheadLimit(job: ReadyJob, { task }: CommonSpec): number {
    return this.#options.halts.covers(job) ? 1 : this.#options.handAhead.limit(task)
  }

  /** The last jobs of a queue are not for one worker while others have nothing to do. */
  #fairShare({ group_id, places, attempts }: Load): number {
    const { queue, pool } = this.#options
    const limit = Math.min(pool.concurrency, queue.limitOf(group_id))
    const workers = Math.max(1, Math.floor(limit / places))
    return Math.max(1, Math.ceil((queue.count(group_id) + attempts.size) / workers))
  }

  async #claim(attempts: readonly ActiveAttempt[]): Promise<void> {
    const { journal, now } = this.#options
    const at_ms = now()
    let taken: readonly boolean[]
    try {
      taken = await journal.write({
        type: 'claim',
        claims: attempts.map((attempt) => ({
          job_id: attempt.job.id,
          attempt_id: attempt.attempt_id,
          worker_id: attempt.runner.worker_id,
          at_ms,
        })),
      })
    } catch {
      // The disk refused; the journal says so to everybody. The jobs are still queued on disk.
      for (const attempt of attempts) {
        this.release(attempt)
        this.#options.queue.offer(attempt.job)
      }
      return
    }
    if (attempts.some(({ spec }) => spec.fills_needs === true)) await this.#handFilled(attempts, taken)
    else this.#hand(attempts, taken, null)
  }

  /** As below, when what needed jobs came to is known: read under the lease, so that it is what the job runs with. */
  async #handFilled(attempts: readonly ActiveAttempt[], taken: readonly boolean[]): Promise<void> {
    for (const { runner } of attempts) this.#filling.add(runner)
    let values: readonly NeededValue[]
    try {
      const filled = attempts.filter(({ spec }, index) => spec.fills_needs === true && taken[index] === true)
      values = await this.#options.neededValues(filled.map(({ job }) => job.id))
    } catch {
      // The store was closed; the jobs are queued again at the next start.
      for (const attempt of attempts) this.release(attempt)
      return
    } finally {
      for (const { runner } of attempts) this.#filling.delete(runner)
    }
    this.#hand(attempts, taken, values)
  }

  /** The leases are on disk: the workers get their orders. What may not run any more is given back. */
  #hand(
    attempts: readonly ActiveAttempt[],
    taken: readonly boolean[],
    values: readonly NeededValue[] | null,
  ): void {
    const orders = new Map<WorkerRunner, RunOrder[]>()
    const back: ActiveAttempt[] = []
    let index = 0
    for (const attempt of attempts) {
      if (taken[index++] !== true) {
        this.release(attempt)
        continue
      }
      if (!this.#mayRun(attempt)) {
        back.push(attempt)
        continue
      }
      const order = this.#orders.of(attempt, values)
      if (order === null) continue
      attempt.phase = 'handed'
      const list = orders.get(attempt.runner)
      if (list === undefined) orders.set(attempt.runner, [order])
      else list.push(order)
    }
    for (const [runner, list] of orders) runner.run(list)
    // Refused only where the journal gave up at the end.
    if (back.length > 0) this.giveBack(back).catch(() => undefined)
  }

  #mayRun(attempt: ActiveAttempt): boolean {
    const { state } = attempt.runner
    if (state === 'gone' || state === 'stopping' || !this.#options.mayClaim()) return false
    return !this.#options.queue.isPaused(attempt.job.group_id)
  }

  #unload(runner: WorkerRunner, load: Load): void {
    this.#loads.delete(runner)
    this.#orders.forget(runner)
    this.#taken -= load.places
    this.#options.queue.vacate(load.group_id, load.places)
    this.#options.pool.checkIn(runner)
    this.request()
  }

  #tryParse(job: ReadyJob, specs: SpecCache): CommonSpec | null {
    try {
      return specs.parse(job.spec_json)
    } catch {
      return null
    }
  }

  #parseFault(job: ReadyJob): SerialisedError {
    try {
      this.#options.specs.parse(job.spec_json)
    } catch (error) {
      return serialiseError(error)
    }
    return { code: 'INTERNAL', message: 'The spec parsed after all.' }
  }
}

/** For a recall behind which nothing is to be written. */
export function noMore(): Promise<void> {
  return Promise.resolve()
}
