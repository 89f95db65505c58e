/**
 * The words of Jobyard, as types.
 *
 * job        one unit of work in the queue; has exactly one state
 * attempt    one execution of a job; a job has 0..n; never overwritten
 * group      a named queue with its own parallelism and pause flag; every job is in one (`default`)
 * worker     one child process of the pool
 * submission what came in together (one drop): stored as a whole or not at all
 *
 * Pause is a flag of the pool or of a group, never a state of a job.
 */

/** In order of precedence: a waiting job stands in the first of these that applies. */
export const WAITING_STATES = ['held', 'blocked', 'scheduled', 'retrying', 'queued'] as const
export const ACTIVE_STATES = ['running', 'suspended', 'stopping'] as const
export const RESTING_STATES = ['interrupted'] as const
export const ENDED_STATES = ['succeeded', 'failed', 'cancelled', 'skipped'] as const
export const JOB_STATES = [...WAITING_STATES, ...ACTIVE_STATES, ...RESTING_STATES, ...ENDED_STATES] as const

export type WaitingState = (typeof WAITING_STATES)[number]
export type ActiveState = (typeof ACTIVE_STATES)[number]
export type EndedState = (typeof ENDED_STATES)[number]
export type JobState = (typeof JOB_STATES)[number]

/** Why an attempt or a job ended or was interrupted. `exit` covers success too. */
export const CAUSES = [
  'exit',
  'exception',
  'signal',
  'timeout',
  'memory',
  'spawn-error',
  'worker-lost',
  'app-crash',
  'power-loss',
  'dependency',
  'user',
  'halt', // with the sweep it is of: fail-fast, halt
] as const
export type Cause = (typeof CAUSES)[number]

/** Why a waiting job does not run now. Shown beside every waiting job. */
export const WAIT_REASONS = [
  'pool-paused',
  'pool-stopped',
  'group-paused',
  'group-full',
  'no-slot',
  'dependency',
  'begin-time',
  'backoff',
  'held',
] as const
export type WaitReason = (typeof WAIT_REASONS)[number]

export const POOL_STATES = ['running', 'paused', 'draining', 'stopped'] as const
export type PoolState = (typeof POOL_STATES)[number]

/** Why a job is `stopping`; decides what it becomes when its process tree is gone. */
export const STOP_REASONS = ['cancel', 'halt', 'timeout', 'memory', 'forced-stop'] as const
export type StopReason = (typeof STOP_REASONS)[number]

export const JOB_KINDS = ['command', 'script', 'module'] as const
export type JobKind = (typeof JOB_KINDS)[number]

export const ON_INTERRUPT = ['ask', 'requeue', 'fail'] as const

export const NEED_CONDITIONS = ['success', 'failure', 'always'] as const
export type NeedCondition = (typeof NEED_CONDITIONS)[number]

/** What every job has, whatever its state. Times are epoch milliseconds. */
export interface JobBase {
  readonly id: number
  readonly submission_id: number
  readonly name: string
  readonly kind: JobKind
  readonly group: string
  /** Higher runs first. */
  readonly priority: number
  /** Order within one priority of one group, lower first; a fraction after a move. */
  readonly position: number
  readonly slots: number
  /** Attempts that were started, over the job's whole life. */
  readonly attempts: number
  readonly queued_ms: number
}

/** One job with what its state brings along. */
export type Job = JobBase &
  (
    | { readonly state: 'held' }
    | { readonly state: 'blocked'; readonly needs_open: number }
    | { readonly state: 'scheduled'; readonly due_ms: number }
    | { readonly state: 'retrying'; readonly due_ms: number }
    | { readonly state: 'queued' }
    | { readonly state: 'running' | 'suspended'; readonly started_ms: number }
    | { readonly state: 'stopping'; readonly started_ms: number; readonly stop_reason: StopReason }
    | {
        readonly state: 'interrupted'
        readonly cause: Cause
        readonly started_ms: number | null
        readonly ended_ms: number
      }
    | {
        readonly state: EndedState
        readonly cause: Cause
        readonly exit_code: number | null
        readonly started_ms: number | null
        readonly ended_ms: number
      }
  )

/** Bytes a job printed, and what of them is kept. `cut` bytes were dropped between the kept head and tail. */
export interface LogSummary {
  readonly stdout_bytes: number
  readonly stderr_bytes: number
  readonly cut_bytes: number
}

/** One execution of a job. `ended_ms` is null while it runs. */
export interface Attempt {
  readonly id: number
  readonly job_id: number
  /** 1 for the first attempt of the job. */
  readonly number: number
  readonly pid: number | null
  readonly started_ms: number
  readonly ended_ms: number | null
  readonly cause: Cause | null
  readonly exit_code: number | null
  readonly signal: string | null
  /** A sentence for a person where the attempt ended badly. */
  readonly error: string | null
  /** JSON text of the result, or null. */
  readonly result: string | null
  readonly log: LogSummary | null
  /** For people: what it ran with values of needed jobs put in. Missing: what the spec says. */
  readonly ran?: string
}

const WAITING: ReadonlySet<string> = new Set(WAITING_STATES)
const ACTIVE: ReadonlySet<string> = new Set(ACTIVE_STATES)
const ENDED: ReadonlySet<string> = new Set(ENDED_STATES)

export function isWaiting(state: JobState): state is WaitingState {
  return WAITING.has(state)
}

export function isActive(state: JobState): state is ActiveState {
  return ACTIVE.has(state)
}

export function isEnded(state: JobState): state is EndedState {
  return ENDED.has(state)
}

/** The most workers a pool may be given. */
export const MAX_CONCURRENCY = 1_024
