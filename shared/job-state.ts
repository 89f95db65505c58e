import { JobyardError } from './errors.ts'
import type { JobState, WaitingState } from './job.ts'
import { ENDED_STATES, JOB_STATES, WAITING_STATES } from './job.ts'

/** What can happen to a job. */
export const JOB_EVENTS = [
  'hold',
  'release',
  'cancel',
  'needs-met',
  'needs-unmeetable',
  'needs-reopened',
  'due',
  'edit',
  'start',
  'end-well',
  'end-badly',
  'retry',
  'suspend',
  'resume',
  'stop',
  'gone',
  'interrupt',
  'requeue',
  'fail',
  'restart',
  'revive',
] as const
export type JobEvent = (typeof JOB_EVENTS)[number]

const WAITING: readonly WaitingState[] = WAITING_STATES

type Row = Partial<Record<JobEvent, readonly JobState[]>>

const waiting = (own: Row): Row => ({
  hold: ['held'],
  release: WAITING,
  edit: WAITING,
  cancel: ['cancelled'],
  // A job whose needs can never be met is skipped even where a user holds it or a time is set.
  'needs-unmeetable': ['skipped'],
  'needs-met': WAITING,
  // A job it needs runs again (restart, undo of its cancel): a dependent that still waits, waits for that.
  'needs-reopened': WAITING,
  ...own,
})

const ENDED_ROW: Row = { restart: WAITING }

/**
 * The one transition table (design: "Transitions"). `TRANSITIONS[from][event]` lists the states the event may lead to;
 * which one is decided by the facts (needs, times, retry policy), not by the table.
 * @internal for tests
 */
export const TRANSITIONS: Readonly<Record<JobState, Row>> = {
  held: waiting({}),
  blocked: waiting({}),
  scheduled: waiting({ due: ['queued'] }),
  retrying: waiting({ due: ['queued'] }),
  queued: waiting({ start: ['running'], interrupt: ['interrupted', 'retrying'], fail: ['failed'] }),
  running: {
    'end-well': ['succeeded'],
    'end-badly': ['failed'],
    retry: ['retrying', 'queued'],
    suspend: ['suspended'],
    stop: ['stopping'],
    interrupt: ['interrupted'],
  },
  suspended: {
    resume: ['running'],
    stop: ['stopping'],
    'end-well': ['succeeded'],
    'end-badly': ['failed'],
    retry: ['retrying', 'queued'],
    interrupt: ['interrupted'],
  },
  stopping: {
    // It ended well before the signal arrived.
    'end-well': ['succeeded'],
    'end-badly': ['failed'],
    gone: ['cancelled', 'retrying', 'queued', 'failed', 'interrupted'],
    retry: ['retrying', 'queued'],
    interrupt: ['interrupted'],
  },
  interrupted: { requeue: WAITING, fail: ['failed'], cancel: ['cancelled'], restart: WAITING },
  succeeded: ENDED_ROW,
  failed: ENDED_ROW,
  cancelled: ENDED_ROW,
  skipped: { ...ENDED_ROW, revive: WAITING },
}

/** True where the table allows `event` to take a job from `from` to `to`. */
export function isLegal(from: JobState, event: JobEvent, to: JobState): boolean {
  return TRANSITIONS[from][event]?.includes(to) ?? false
}

/** @throws JobyardError ILLEGAL_TRANSITION */
export function assertLegal(from: JobState, event: JobEvent, to: JobState): void {
  if (isLegal(from, event, to)) return
  throw new JobyardError('ILLEGAL_TRANSITION', `A job cannot go from ${from} to ${to} by "${event}".`, {
    details: { from, event, to },
  })
}

/** The states in which `event` is allowed at all. */
export function statesAllowing(event: JobEvent): JobState[] {
  return JOB_STATES.filter((state) => TRANSITIONS[state][event] !== undefined)
}

/** The facts that decide in which waiting state a job stands. Times are epoch milliseconds. */
export interface WaitingFacts {
  readonly held: boolean
  readonly needs_open: number
  readonly due_ms: number | null
  readonly retry_at_ms: number | null
}

/** The first waiting state that applies at `now_ms`. */
export function firstWaitingState(facts: WaitingFacts, now_ms: number): WaitingState {
  if (facts.held) return 'held'
  if (facts.needs_open > 0) return 'blocked'
  if (facts.due_ms !== null && facts.due_ms > now_ms) return 'scheduled'
  if (facts.retry_at_ms !== null && facts.retry_at_ms > now_ms) return 'retrying'
  return 'queued'
}

/** What a need says of the state its job is in now: `interrupted` and everything unfinished keep it open. */
export function needStatus(
  condition: 'success' | 'failure' | 'always',
  state: JobState,
): 'open' | 'met' | 'unmeetable' {
  if (!(ENDED_STATES as readonly string[]).includes(state)) return 'open'
  const well = state === 'succeeded'
  switch (condition) {
    case 'success':
      return well ? 'met' : 'unmeetable'
    case 'failure':
      return well ? 'unmeetable' : 'met'
    case 'always':
      return 'met'
  }
}
