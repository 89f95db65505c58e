import { JobyardError } from '../../shared/errors.ts'
import type { JobState, NeedCondition } from '../../shared/job.ts'
import type { JobSpec } from '../../shared/job-spec.ts'
import type { Operation, ResultOf } from '../../electron/engine/store/store-operations.ts'
import type {
  ActionResult,
  AttemptEnd,
  AttemptStart,
  JobInsert,
  Changes,
  NextState,
  ReadyKey,
} from '../../electron/engine/store/store-records.ts'
import type { Store } from '../../electron/engine/store/store.ts'

/** The time at which everything happens unless a test says otherwise. */
export const NOW_MS = 1_000_000

/** What a test says of a job; the rest is filled in. */
export interface JobWish extends Partial<Omit<JobInsert, 'needs'>> {
  readonly needs?: readonly (number | { readonly on: number; readonly condition: NeedCondition })[]
}

export function specOf(name: string, more: Partial<JobSpec> = {}): JobSpec {
  const task: JobSpec['task'] = { kind: 'command', argv: ['true'], shell_command: null }
  return { name, task, cwd: '/', ...more }
}

/** An end of an attempt, well unless a test says otherwise. */
export function endOf(start: AttemptStart, next: NextState, more: Partial<AttemptEnd> = {}): AttemptEnd {
  const well = next.state === 'succeeded'
  return {
    start,
    started_stored: false,
    ended_ms: NOW_MS + 10,
    cause: 'exit',
    exit_code: well ? 0 : 1,
    signal: null,
    error: well ? null : 'it failed',
    result: well ? '"done"' : null,
    log: null,
    next,
    ...more,
  }
}

/** A store under test, with the few sentences that the tests say again and again. */
export class StoreSubject {
  readonly store: Store
  #job_id = 0
  #submission_id = 0
  #attempt_id = 0
  readonly #attempts = new Map<number, number>()

  constructor(store: Store) {
    this.store = store
  }

  async do<T extends Operation>(operation: T): Promise<ResultOf<T['type']>> {
    const [result] = await this.store.commit([operation])
    return result
  }

  nextSubmission(): number {
    this.#submission_id += 1
    return this.#submission_id
  }

  /** The jobs as they would be submitted; ids count on. `needs` may be ids. */
  jobs(wishes: readonly JobWish[]): JobInsert[] {
    return wishes.map((wish) => {
      this.#job_id += 1
      const name = wish.name ?? `job-${this.#job_id}`
      return {
        id: this.#job_id,
        name,
        kind: 'command',
        group_id: 1,
        priority: 0,
        slots: 1,
        held: false,
        due_ms: null,
        spec_json: JSON.stringify(specOf(name)),
        ...wish,
        needs: (wish.needs ?? []).map((need) =>
          typeof need === 'number' ? { on: need, condition: 'success' } : need,
        ),
      }
    })
  }

  /** Submits as a whole; @returns the ids */
  async submit(wishes: readonly JobWish[], at_ms = NOW_MS): Promise<number[]> {
    const jobs = this.jobs(wishes)
    const submission_id = this.nextSubmission()
    await this.do({ type: 'submit', submission_id, label: 'test', whole: true, at_ms, jobs })
    return jobs.map(({ id }) => id)
  }

  /** One plain job. */
  async submitOne(wish: JobWish = {}): Promise<number> {
    const [id] = await this.submit([wish])
    return id ?? 0
  }

  /** Claims the job for a new attempt. */
  async claim(job_id: number): Promise<AttemptStart> {
    this.#attempt_id += 1
    const attempt_id = this.#attempt_id
    const number = (this.#attempts.get(job_id) ?? 0) + 1
    const claims = [{ job_id, attempt_id, worker_id: 7, at_ms: NOW_MS }]
    const [taken] = await this.do({ type: 'claim', claims })
    if (taken !== true) throw new JobyardError('WRONG_STATE', `Job ${job_id} could not be claimed.`)
    this.#attempts.set(job_id, number)
    return {
      attempt_id,
      job_id,
      number,
      worker_id: 7,
      pid: 42,
      process_start: 'boot+1',
      started_ms: NOW_MS + 5,
    }
  }

  /** Claims, runs and ends the job in one go. */
  async finish(
    job_id: number,
    next: NextState = { state: 'succeeded' },
    more: Partial<AttemptEnd> = {},
  ): Promise<Changes> {
    const start = await this.claim(job_id)
    return this.do({ type: 'end', ends: [endOf(start, next, more)] })
  }

  /** Claims the job and stores that it runs. */
  async start(job_id: number): Promise<AttemptStart> {
    const start = await this.claim(job_id)
    await this.do({ type: 'start', starts: [start] })
    return start
  }

  async interrupt(job_id: number): Promise<void> {
    await this.finish(
      job_id,
      { state: 'interrupted' },
      { cause: 'app-crash', exit_code: null, ended_ms: NOW_MS + 20 },
    )
  }

  async fail(job_id: number): Promise<void> {
    await this.finish(job_id, { state: 'failed' })
  }

  /** null: nobody sees it. */
  async state(job_id: number): Promise<JobState | null> {
    const page = await this.store.query({ type: 'job', job_id })
    return page?.job.state ?? null
  }

  states(job_ids: readonly number[]): Promise<(JobState | null)[]> {
    return Promise.all(job_ids.map((id) => this.state(id)))
  }

  async ready(group_id = 1, after: ReadyKey | null = null, limit = 1_000): Promise<number[]> {
    const jobs = await this.store.query({ type: 'ready', group_id, after, limit })
    return jobs.map(({ id }) => id)
  }

  /** `{ queued: 2 }`, over all groups. */
  async counts(): Promise<Partial<Record<JobState, number>>> {
    const sums: Partial<Record<JobState, number>> = {}
    for (const { state, count } of await this.store.query({ type: 'counters' })) {
      sums[state] = (sums[state] ?? 0) + count
    }
    return sums
  }

  cancel(job_ids: readonly number[], at_ms = NOW_MS + 50): Promise<ActionResult> {
    return this.do({ type: 'cancel', selection: { ids: [...job_ids] }, at_ms })
  }

  restart(job_ids: readonly number[], at_ms = NOW_MS + 60): Promise<ActionResult> {
    return this.do({ type: 'restart', selection: { ids: [...job_ids] }, at_ms })
  }

  undo(action_id: number | null, at_ms = NOW_MS + 70): Promise<ActionResult> {
    return this.do({ type: 'undo', action_id: action_id ?? -1, at_ms })
  }
}
