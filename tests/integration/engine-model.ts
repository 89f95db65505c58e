import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import type { Engine } from '../../electron/engine/engine.ts'
import type { NewJob } from '../../shared/job-spec.ts'
import type { JobState } from '../../shared/job.ts'
import { isWaiting } from '../../shared/job.ts'
import type { FakeWorkers } from '../fakes/fake-workers.ts'
import { endedWith } from '../fakes/fake-workers.ts'

/** One thing a person, a worker or fate does. Numbers pick among what is there at that moment. */
export type Step =
  | { readonly do: 'submit'; readonly jobs: readonly PlannedJob[] }
  | { readonly do: 'end'; readonly pick: number; readonly exit_code: number }
  | { readonly do: 'crash' | 'cancel' | 'hold' | 'release' | 'restart' | 'requeue'; readonly pick: number }
  | { readonly do: 'pause' | 'resume' | 'stop' | 'stop-now' | 'cancel-all' | 'end-all' }
  | { readonly do: 'resize'; readonly workers: number }
  | { readonly do: 'limit'; readonly places: number | null }

interface PlannedJob {
  readonly kind: 'command' | 'module'
  readonly group: 'default' | 'narrow'
  readonly priority: number
  readonly hold: boolean
  /** Needs the job before it in the same submit. */
  readonly chained: boolean
  readonly retries: number
}

const plannedJob: fc.Arbitrary<PlannedJob> = fc.record({
  kind: fc.constantFrom('command', 'module', 'module'),
  group: fc.constantFrom('default', 'default', 'narrow'),
  priority: fc.integer({ min: 0, max: 2 }),
  hold: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  chained: fc.oneof(
    { weight: 6, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  retries: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
})

const pick = fc.nat({ max: 1_000 })

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('submit' as const),
        jobs: fc.array(plannedJob, { minLength: 1, maxLength: 12 }),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('end' as const), pick, exit_code: fc.constantFrom(0, 0, 0, 1) }),
    },
    { weight: 4, arbitrary: fc.constant({ do: 'end-all' as const }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom('crash', 'cancel', 'cancel', 'hold', 'release', 'restart', 'requeue'),
        pick,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('pause', 'resume', 'resume', 'stop', 'stop-now', 'cancel-all'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('resize' as const), workers: fc.integer({ min: 1, max: 4 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('limit' as const), places: fc.constantFrom(1, 2, null) }),
    },
  ),
  { minLength: 4, maxLength: 30, size: 'max' },
)

/** A step that takes longer hangs. */
const STEP_DEADLINE_MS = 10_000
/** Looks at an engine before it counts as never coming to rest. */
const MAX_LOOKS = 2_000

interface Known {
  readonly id: number
  readonly priority: number
  readonly group: string
}

/** What must be true of an engine whatever is done to it. `violations` says what was not. */
export class EngineModel {
  readonly violations: string[] = []
  readonly #engine: Engine
  readonly #workers: FakeWorkers
  readonly #jobs: Known[] = []
  #places: number | null = 1
  #limitPool = 2
  /** The pool was paused or stopped, and said so. */
  #quiet = false

  constructor(engine: Engine, workers: FakeWorkers) {
    this.#engine = engine
    this.#workers = workers
  }

  get jobs(): readonly Known[] {
    return this.#jobs
  }

  async begin(): Promise<void> {
    await this.#engine.setConcurrency(this.#limitPool)
    await this.#engine.setGroup('narrow', { parallel_limit: this.#places })
    await this.#engine.start()
    await this.#settle()
  }

  async run(step: Step): Promise<void> {
    const startedBefore = this.#workers.started.length
    const quietBefore = this.#quiet
    const before = await this.#states()
    const narrowBefore = this.#countNarrow()
    const claimedBefore = new Set(this.#engine.workers().flatMap(({ job_ids }) => job_ids))
    const hung = await Promise.race([this.#act(step), wait(STEP_DEADLINE_MS, true, { ref: false })])
    if (hung === true) this.violations.push(`${step.do} does not come to its end`)
    else await this.#settle()
    const started = this.#workers.started.slice(startedBefore)
    if (quietBefore && this.#quiet && started.length > 0)
      this.violations.push(`${step.do}: a job started while the pool was paused or stopped`)
    this.#checkPlaces(step, narrowBefore)
    const now = await this.#states()
    if (step.do === 'submit' || step.do === 'end')
      this.#checkOrder(
        // What was handed ahead to a worker was claimed in its turn.
        started.map((order) => order.job_id).filter((id) => !claimedBefore.has(id)),
        before,
        now,
      )
    if (step.do === 'cancel-all') this.#checkCancelled(now)
    this.violations.push(...this.#workers.violations.splice(0))
  }

  /** Lets everything run to its end and counts: nothing is lost, and nothing ran that is not recorded. */
  async finish(): Promise<void> {
    await this.#engine.start()
    await this.#engine.resume()
    await this.#engine.actions.release({ filter: { states: ['held'] } })
    await this.#settle()
    const isIdle = await this.#endUntilIdle()
    if (!isIdle) this.violations.push('the engine does not become idle')
    this.violations.push(...this.#workers.violations.splice(0))
    if (this.violations.length > 0) return
    const states = await this.#states()
    const runs = new Map<number, number>()
    for (const order of this.#workers.started) runs.set(order.job_id, (runs.get(order.job_id) ?? 0) + 1)
    for (const { id } of this.#jobs) {
      const state = states.get(id)
      if (state === undefined) this.violations.push(`job ${id} is lost`)
      else if (isWaiting(state) && state !== 'blocked')
        this.violations.push(`job ${id} is ${state} and will never run`)
      const row = await this.#engine.store.query({ type: 'job', job_id: id })
      const attempts = row?.attempts.length ?? 0
      if (attempts !== (runs.get(id) ?? 0))
        this.violations.push(`job ${id} ran ${runs.get(id) ?? 0} times, ${attempts} are recorded`)
    }
    this.violations.push(...this.#workers.violations.splice(0))
  }

  /** A worker that died is replaced, and its job interrupted, only after a while: jobs may start until all is idle. */
  async #endUntilIdle(): Promise<boolean> {
    const idle = { reached: false }
    void this.#engine.whenIdle().then(() => (idle.reached = true))
    const deadline = performance.now() + STEP_DEADLINE_MS
    while (!idle.reached && performance.now() < deadline && this.violations.length === 0) {
      this.#endAll()
      await this.#settle()
    }
    return idle.reached
  }

  async #act(step: Step): Promise<void> {
    const engine = this.#engine
    switch (step.do) {
      case 'submit':
        await this.#submit(step.jobs)
        return
      case 'end': {
        const run = at([...this.#workers.running.values()], step.pick)
        run?.worker.end(endedWith(step.exit_code))
        return
      }
      case 'end-all':
        this.#endAll()
        return
      case 'crash':
        at([...this.#workers.alive], step.pick)?.crash()
        return
      case 'cancel':
        await this.#cancel(step.pick)
        return
      case 'cancel-all':
        await engine.actions.cancel({ filter: {} })
        return
      case 'hold':
        await engine.actions.hold({ ids: this.#pickIds(step.pick) })
        return
      case 'release':
        await engine.actions.release({ ids: this.#pickIds(step.pick) })
        return
      case 'restart':
        await engine.actions.restart({ ids: this.#pickIds(step.pick) })
        return
      case 'requeue':
        await engine.actions.resolveInterrupted({ filter: {} }, 'requeue')
        return
      case 'pause':
        await engine.pause()
        this.#quiet = true
        return
      case 'resume':
        await engine.start()
        await engine.resume()
        this.#quiet = false
        return
      case 'stop': {
        const stopped = engine.stop()
        await this.#settle()
        this.#endAll()
        await stopped
        this.#quiet = true
        return
      }
      case 'stop-now':
        await engine.stop({ now: true })
        this.#quiet = true
        return
      case 'resize':
        await engine.setConcurrency(step.workers)
        this.#limitPool = step.workers
        this.#workers.mostRunning = 0
        return
      case 'limit':
        await engine.setGroup('narrow', { parallel_limit: step.places })
        this.#places = step.places
        return
    }
  }

  async #submit(planned: readonly PlannedJob[]): Promise<void> {
    const jobs = planned.map((plan, index): NewJob => {
      const spec = {
        name: `job ${index}`,
        task:
          plan.kind === 'command'
            ? { kind: 'command' as const, argv: ['true'], shell_command: null }
            : { kind: 'module' as const, module: '/none.mjs' },
        cwd: '/',
        group: plan.group,
        priority: plan.priority,
        hold: plan.hold,
        ...(plan.retries === 0
          ? {}
          : {
              retry: {
                limit: plan.retries,
                backoff: 'fixed' as const,
                interval_ms: 0,
                max_ms: 0,
                jitter: 0,
                exit_codes: null,
                causes: ['exit' as const, 'worker-lost' as const],
              },
            }),
      }
      return plan.chained && index > 0
        ? { spec, needs: [{ on: { index: index - 1 }, condition: 'always' }] }
        : { spec }
    })
    const { first_id } = await this.#engine.submit(jobs)
    for (const [index, plan] of planned.entries()) {
      this.#jobs.push({ id: first_id + index, priority: plan.priority, group: plan.group })
    }
  }

  async #cancel(pickNumber: number): Promise<void> {
    const ids = this.#pickIds(pickNumber)
    const running = [...this.#workers.running.values()].filter((run) => ids.includes(run.order.job_id))
    await this.#engine.actions.cancel({ ids })
    await this.#settle()
    const now = await this.#states()
    for (const run of running) {
      const state = now.get(run.order.job_id)
      if (state !== 'cancelled')
        this.violations.push(`job ${run.order.job_id} was cancelled while it ran and is ${state}`)
    }
  }

  #endAll(): void {
    for (const run of [...this.#workers.running.values()]) run.worker.end(endedWith(0))
  }

  #pickIds(pickNumber: number): number[] {
    const job = at(this.#jobs, pickNumber)
    return job === undefined ? [] : [job.id]
  }

  #countNarrow(): number {
    const running = [...this.#workers.running.values()]
    return running.filter((run) => this.#jobs.find(({ id }) => id === run.order.job_id)?.group === 'narrow')
      .length
  }

  #checkPlaces(step: Step, narrowBefore: number): void {
    if (step.do !== 'resize' && this.#workers.mostRunning > Math.max(this.#limitPool, 1)) {
      this.violations.push(
        `${step.do}: ${this.#workers.mostRunning} jobs ran at once in a pool of ${this.#limitPool}`,
      )
    }
    this.#workers.mostRunning = 0
    const narrow = this.#countNarrow()
    // A lower limit leaves alone what runs.
    if (this.#places !== null && narrow > this.#places && narrow > narrowBefore) {
      this.violations.push(`${step.do}: ${narrow} jobs of a group of ${this.#places} ran at once`)
    }
  }

  /** What started must have come before everything of its group that was ready before and still is. */
  #checkOrder(
    started: readonly number[],
    before: ReadonlyMap<number, JobState>,
    now: ReadonlyMap<number, JobState>,
  ): void {
    for (const id of started) {
      const job = this.#jobs.find((known) => known.id === id)
      if (job === undefined || before.get(id) !== 'queued') continue
      const overtaken = this.#jobs.find(
        (other) =>
          other.group === job.group &&
          (other.priority > job.priority || (other.priority === job.priority && other.id < job.id)) &&
          before.get(other.id) === 'queued' &&
          now.get(other.id) === 'queued' &&
          !this.#isHeldByWorker(other.id),
      )
      if (overtaken !== undefined) this.violations.push(`job ${id} started before job ${overtaken.id}`)
    }
  }

  /** Handed ahead to a worker: it was claimed in its turn and only waits for the job before it. */
  #isHeldByWorker(job_id: number): boolean {
    return this.#engine.workers().some((worker) => worker.job_ids.includes(job_id))
  }

  #checkCancelled(now: ReadonlyMap<number, JobState>): void {
    for (const [id, state] of now) {
      if (isWaiting(state) || state === 'running')
        this.violations.push(`job ${id} is ${state} after all were cancelled`)
    }
  }

  async #states(): Promise<Map<number, JobState>> {
    const states = new Map<number, JobState>()
    for (const { id } of this.#jobs) {
      const row = await this.#engine.store.query({ type: 'job', job_id: id })
      if (row !== null) states.set(id, row.job.state)
    }
    return states
  }

  /** Until nothing moves any more: several looks in a row, each behind all writes so far, see the same. */
  async #settle(): Promise<void> {
    let last = ''
    let looks = 0
    for (let same = 0; same < 4; looks += 1) {
      if (looks > MAX_LOOKS) {
        this.violations.push('the engine does not come to rest')
        return
      }
      await turn()
      const counters = await this.#engine.store.query({ type: 'counters' })
      await turn()
      const workers = this.#engine.workers()
      const look = JSON.stringify([
        counters,
        workers,
        this.#engine.poolStatus(),
        this.#workers.started.length,
      ])
      same = look === last ? same + 1 : 0
      last = look
    }
  }
}

function at<T>(list: readonly T[], pickNumber: number): T | undefined {
  return list.length === 0 ? undefined : list[pickNumber % list.length]
}
