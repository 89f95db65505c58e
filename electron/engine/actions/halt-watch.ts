import { isEnded, WAITING_STATES } from '../../../shared/job.ts'
import type { JobState } from '../../../shared/job.ts'
import type { HaltRuleLeft, StoredHaltRule } from '../store/store-records.ts'
import type { Actions } from './actions.ts'

interface Watched extends StoredHaltRule {
  /** Jobs that count for the rule: those that failed, succeeded, or both. */
  readonly counted: Set<number>
  /** That many of them stop the others. */
  readonly enough: number
}

export interface HaltWatchOptions {
  readonly actions: () => Actions
  /** The rule has acted, or there is nothing left that it could act on. */
  readonly drop: (rule: StoredHaltRule) => Promise<unknown>
  readonly onError: (error: unknown) => void
}

/** A job that has come to an end, or is about to in the same commit. */
export interface JobEnd {
  readonly id: number
  readonly submission_id: number
  readonly state: JobState
}

/**
 * Stops the jobs of a sweep when so many of them have failed, succeeded or ended (`fail-fast`, `halt`). The rule is stored
 * with the submission and is gone only when all of the sweep has been cancelled: an owner that dies in between is followed
 * by one that counts again and goes on.
 */
export class HaltWatch {
  readonly #options: HaltWatchOptions
  readonly #bySubmission = new Map<number, Watched[]>()
  /** Those whose jobs are being cancelled, in steps: nothing of them may start in between. */
  readonly #stopping = new Set<Watched>()

  constructor(options: HaltWatchOptions) {
    this.#options = options
  }

  get isWatching(): boolean {
    return this.#bySubmission.size > 0
  }

  /** Rules of a submission that is about to become visible. */
  add(rules: readonly StoredHaltRule[]): void {
    for (const rule of rules) this.#watch(rule)
  }

  /** What the store has, at start. */
  load(rules: readonly HaltRuleLeft[]): void {
    for (const { ended, is_over, ...rule } of rules) {
      if (is_over) {
        this.#options.drop(rule).catch(this.#options.onError)
        continue
      }
      const watched = this.#watch(rule)
      for (const { id, state } of ended) if (counts(watched, state)) watched.counted.add(id)
      this.#look(watched)
    }
  }

  /** True: jobs of its sweep may have to be stopped at any time, so that none is to be handed out before its turn. */
  covers(job: Pick<JobEnd, 'id' | 'submission_id'>): boolean {
    return this.isWatching && this.#of(job) !== undefined
  }

  /** True: its sweep is being stopped, and it with it. */
  isStopping({ id, submission_id }: Pick<JobEnd, 'id' | 'submission_id'>): boolean {
    for (const watched of this.#stopping) {
      if (watched.submission_id === submission_id && isIn(watched, id)) return true
    }
    return false
  }

  /**
   * To be told of an end when it is written, before anything can start in the place of the job: what is cancelled because
   * of it is then in the same commit. Told again after the commit it counts once.
   */
  onEnds(ends: readonly JobEnd[]): void {
    if (!this.isWatching) return
    for (const end of ends) {
      const watched = this.#of(end)
      if (watched === undefined || !counts(watched, end.state)) continue
      watched.counted.add(end.id)
      this.#look(watched)
    }
  }

  /** A job that is restarted does not count any more. */
  onChanged(jobs: readonly { readonly id: number; readonly state: JobState }[]): void {
    if (!this.isWatching) return
    for (const { id, state } of jobs) {
      if (isEnded(state)) continue
      for (const list of this.#bySubmission.values()) for (const { counted } of list) counted.delete(id)
    }
  }

  #watch(rule: StoredHaltRule): Watched {
    const { limit, percent } = rule.rule
    const enough = percent ? (rule.job_count * limit) / 100 : limit
    const watched = { ...rule, counted: new Set<number>(), enough }
    const list = this.#bySubmission.get(rule.submission_id)
    if (list === undefined) this.#bySubmission.set(rule.submission_id, [watched])
    else list.push(watched)
    return watched
  }

  #of({ id, submission_id }: Pick<JobEnd, 'id' | 'submission_id'>): Watched | undefined {
    return this.#bySubmission.get(submission_id)?.find((watched) => isIn(watched, id))
  }

  #look(watched: Watched): void {
    if (watched.counted.size < watched.enough) return
    const { submission_id } = watched
    const others = (this.#bySubmission.get(submission_id) ?? []).filter((other) => other !== watched)
    if (others.length === 0) this.#bySubmission.delete(submission_id)
    else this.#bySubmission.set(submission_id, others)
    this.#halt(watched).catch(this.#options.onError)
  }

  /** The first step is written in this turn, right behind the end it follows from. */
  async #halt(watched: Watched): Promise<void> {
    const { submission_id, first_job_id: first_id, last_job_id: last_id, rule } = watched
    const filter = { submission_id, first_id, last_id }
    const actions = this.#options.actions()
    this.#stopping.add(watched)
    try {
      if (rule.when === 'now') await actions.halt({ filter }, true)
      else await actions.halt({ filter: { ...filter, states: [...WAITING_STATES] } }, false)
    } finally {
      this.#stopping.delete(watched)
    }
    await this.#options.drop(watched)
  }
}

function isIn({ first_job_id, last_job_id }: StoredHaltRule, job_id: number): boolean {
  return first_job_id <= job_id && job_id <= last_job_id
}

function counts({ rule }: StoredHaltRule, state: JobState): boolean {
  switch (rule.on) {
    case 'fail':
      return state === 'failed'
    case 'success':
      return state === 'succeeded'
    case 'done':
      return state === 'failed' || state === 'succeeded'
  }
}
