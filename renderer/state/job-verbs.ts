/** The verbs on jobs, as menus and toolbars offer them. */
import type { JobVerb } from '../../shared/ipc.ts'
import type { JobState } from '../../shared/job.ts'
import { ACTIVE_STATES, ENDED_STATES, WAITING_STATES } from '../../shared/job.ts'

export interface VerbWords {
  readonly label: string
  /** Behind "3 jobs": what was done. */
  readonly done: string
  /** States of jobs that it is offered for. */
  readonly states: readonly JobState[]
  /** The key in the queue, if it has one. */
  readonly key?: string
  readonly danger?: boolean
}

export const VERBS: Readonly<Record<JobVerb, VerbWords>> = {
  hold: {
    label: 'Hold',
    done: 'held',
    states: WAITING_STATES.filter((state) => state !== 'held'),
    key: 'H',
  },
  release: { label: 'Release', done: 'released', states: ['held'], key: 'R' },
  suspend: { label: 'Suspend process', done: 'suspended', states: ['running'] },
  resume: { label: 'Resume process', done: 'resumed', states: ['suspended'] },
  requeue: { label: 'Queue again', done: 'queued again', states: ['interrupted'] },
  fail: { label: 'Count as failed', done: 'counted as failed', states: ['interrupted'] },
  retry: { label: 'Run again', done: 'queued again', states: ENDED_STATES },
  cancel: {
    label: 'Cancel',
    done: 'cancelled',
    states: [...WAITING_STATES, 'running', 'suspended', 'interrupted'],
    key: 'Delete',
    danger: true,
  },
  'cancel-now': { label: 'Kill now', done: 'killed', states: ACTIVE_STATES, danger: true },
  clear: { label: 'Clear from list', done: 'cleared', states: ENDED_STATES },
}

/** In the order of menus. */
const VERB_ORDER: readonly JobVerb[] = [
  ...(['hold', 'release', 'suspend', 'resume', 'requeue', 'fail', 'retry', 'cancel'] as const),
  ...(['cancel-now', 'clear'] as const),
]

/** The verbs that apply to at least one of these states. */
export function verbsFor(states: Iterable<JobState>): readonly JobVerb[] {
  const all = new Set(states)
  return VERB_ORDER.filter((verb) => VERBS[verb].states.some((state) => all.has(state)))
}
