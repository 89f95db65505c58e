import fc from 'fast-check'
import type { NeedCondition } from '../../shared/job.ts'
import { JOB_STATES, NEED_CONDITIONS } from '../../shared/job.ts'
import type { Selection } from '../../shared/selection.ts'
import type { Operation } from '../../electron/engine/store/store-operations.ts'
import type { AttemptStart, NextState } from '../../electron/engine/store/store-records.ts'
import type { SqliteStore } from '../../electron/engine/store/sqlite-store.ts'
import { endOf } from '../contract/store-subject.ts'

/** What may happen next, in numbers that are given a meaning when it does: `pick` chooses among what there is. */
export interface Step {
  readonly verb: (typeof VERBS)[number]
  readonly pick: readonly number[]
  readonly wait_ms: number
}

const VERBS = [
  'submit',
  'submit',
  'open',
  'chunk',
  'complete',
  'abort',
  'claim',
  'claim',
  'unclaim',
  'start',
  'end',
  'end',
  'active',
  'due',
  'cancel',
  'hold',
  'release',
  'restart',
  'restart',
  'resolve',
  'move',
  'edit',
  'clear',
  'undo',
  'sweep',
] as const

export const step: fc.Arbitrary<Step> = fc.record({
  verb: fc.constantFrom(...VERBS),
  pick: fc.array(fc.nat({ max: 997 }), { minLength: 6, maxLength: 6 }),
  wait_ms: fc.constantFrom(0, 1, 100),
})

const GROUPS = 2

/** Drives a store through random steps, as an engine with a mind of its own would. */
export class Driver {
  readonly #store: SqliteStore
  #now_ms = 1_000
  #job_id = 0
  #submission_id = 0
  #attempt_id = 0
  readonly #open: number[] = []
  readonly #leased: AttemptStart[] = []
  readonly #actions: number[] = []

  constructor(store: SqliteStore) {
    this.#store = store
    store.commit([{ type: 'set-group', name: 'second' }])
  }

  get now_ms(): number {
    return this.#now_ms
  }

  take(next: Step): void {
    this.#now_ms += next.wait_ms
    const operation = this.#operation(next)
    if (operation === null) return
    const [result] = this.#store.commit([operation])
    if (result !== null && typeof result === 'object' && 'action_id' in result && result.action_id !== null) {
      this.#actions.push(result.action_id)
    }
    if (operation.type === 'claim' && Array.isArray(result) && result[0] !== true) this.#leased.pop()
  }

  #operation({ verb, pick }: Step): Operation | null {
    const at_ms = this.#now_ms
    const [a = 0, b = 0, c = 0] = pick
    const submission_id = this.#open[a % Math.max(1, this.#open.length)] ?? 0
    switch (verb) {
      case 'submit':
        this.#submission_id += 1
        return this.#submit(this.#submission_id, true, pick)
      case 'open':
        this.#submission_id += 1
        this.#open.push(this.#submission_id)
        return { type: 'open-submission', submission_id: this.#submission_id, label: '', at_ms }
      case 'chunk':
        return this.#submit(submission_id, false, pick)
      case 'complete':
        return { type: 'complete-submission', submission_id }
      case 'abort':
        return { type: 'abort-submission', submission_id, limit: 1 + (b % 3) }
      case 'claim':
        return this.#claim(a)
      case 'unclaim':
        return { type: 'unclaim', job_ids: [this.#someLease(a)?.job_id ?? 0], at_ms }
      case 'start': {
        const start = this.#someLease(a)
        return start === undefined ? null : { type: 'start', starts: [start] }
      }
      case 'end':
        return this.#end(a, b)
      case 'active': {
        const state = (['running', 'suspended', 'stopping'] as const)[b % 3] ?? 'running'
        const stop_reason = state === 'stopping' ? 'cancel' : null
        return { type: 'set-active', job_id: this.#someLease(a)?.job_id ?? 0, state, stop_reason }
      }
      case 'due':
        return { type: 'promote-due', now_ms: at_ms, limit: 1 + (a % 3) }
      case 'cancel':
      case 'hold':
      case 'release':
      case 'restart':
        return { type: verb, ...this.#selected(pick), at_ms }
      case 'resolve':
        return {
          type: 'resolve-interrupted',
          ...this.#selected(pick),
          decision: c % 2 === 0 ? 'requeue' : 'fail',
          at_ms,
        }
      case 'move': {
        const to = (['top', 'bottom', 'before', 'after'] as const)[b % 4] ?? 'top'
        const target = to === 'top' || to === 'bottom' ? { to } : { to, job_id: this.#someJob(c) }
        return { type: 'move', selection: this.#selection(pick), target, at_ms }
      }
      case 'edit':
        return {
          type: 'edit',
          ...this.#selected(pick),
          edit: { group_id: 1 + (b % GROUPS), priority: c % 3 },
          at_ms,
        }
      case 'clear':
        return { type: 'clear', ...this.#selected(pick), kind: b % 2 === 0 ? 'clear' : 'prune', at_ms }
      case 'undo':
        return { type: 'undo', action_id: this.#actions[a % Math.max(1, this.#actions.length)] ?? 0, at_ms }
      case 'sweep':
        return { type: 'sweep', before_ms: at_ms - 150, limit: 1 + (a % 4) }
    }
  }

  #submit(submission_id: number, whole: boolean, pick: readonly number[]): Operation {
    const jobs = pick.slice(0, 1 + ((pick[5] ?? 0) % 5)).map((seed) => {
      this.#job_id += 1
      const needs = seed % 2 === 0 ? [] : this.#needs(seed)
      return {
        id: this.#job_id,
        name: `n${seed % 5}`,
        kind: 'command' as const,
        group_id: 1 + (seed % GROUPS),
        priority: seed % 3,
        slots: 1,
        held: seed % 7 === 0,
        due_ms: seed % 5 === 0 ? this.#now_ms + 50 : null,
        spec_json: '{}',
        needs,
      }
    })
    return { type: 'submit', submission_id, label: '', whole, at_ms: this.#now_ms, jobs }
  }

  #needs(seed: number): { on: number; condition: NeedCondition }[] {
    return [seed, Math.floor(seed / 7)].slice(0, 1 + (seed % 2)).map((some) => ({
      on: Math.max(1, this.#job_id - 1 - (some % 6)),
      condition: NEED_CONDITIONS[some % 3] ?? 'success',
    }))
  }

  #claim(pick: number): Operation {
    const ready = this.#store.ready({ type: 'ready', group_id: 1 + (pick % GROUPS), after: null, limit: 3 })
    this.#attempt_id += 1
    const attempt_id = this.#attempt_id
    // Sometimes one that is not ready at all.
    const job = ready[pick % 4]
    const job_id = job?.id ?? this.#someJob(pick)
    const at_ms = this.#now_ms
    this.#leased.push({
      attempt_id,
      job_id,
      number: (job?.attempts ?? 0) + 1,
      worker_id: 1,
      pid: null,
      process_start: null,
      started_ms: at_ms,
    })
    return { type: 'claim', claims: [{ job_id, attempt_id, worker_id: 1, at_ms }] }
  }

  #end(pick: number, way: number): Operation | null {
    const start = this.#someLease(pick)
    if (start === undefined) return null
    const ways: readonly NextState[] = [
      { state: 'succeeded' },
      { state: 'failed' },
      { state: 'cancelled' },
      { state: 'interrupted' },
      { state: 'requeue' },
      { state: 'retrying', retry_at_ms: this.#now_ms + (way % 100) },
    ]
    const next = ways[way % ways.length] ?? { state: 'failed' }
    return { type: 'end', ends: [endOf(start, next, { ended_ms: this.#now_ms })] }
  }

  #someLease(pick: number): AttemptStart | undefined {
    return this.#leased[pick % Math.max(1, this.#leased.length)]
  }

  #someJob(pick: number): number {
    return 1 + (pick % Math.max(1, this.#job_id))
  }

  #selection(pick: readonly number[]): Selection {
    const [a = 0, b = 0, c = 0, d = 0] = pick
    if (d % 4 === 0)
      return { filter: a % 2 === 0 ? {} : { states: JOB_STATES.slice(b % 8), name: `n${c % 5}` } }
    return { ids: [a, b, c, d].map((some) => this.#someJob(some)) }
  }

  #selected(pick: readonly number[]): { selection: Selection; step?: { after_id: number; limit: number } } {
    const selection = this.#selection(pick)
    const last = pick[4] ?? 0
    return last % 3 === 0 ? { selection, step: { after_id: last % 4, limit: 1 + (last % 5) } } : { selection }
  }
}
