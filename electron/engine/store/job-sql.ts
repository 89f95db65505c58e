/**
 * What the SQL says of job states, derived from the one transition table: no state list is written by hand.
 */
import type { JobState, NeedCondition } from '../../../shared/job.ts'
import { ENDED_STATES, JOB_STATES, NEED_CONDITIONS, WAITING_STATES } from '../../../shared/job.ts'
import { needStatus } from '../../../shared/job-state.ts'

/** `'a', 'b'` for an IN list. Only for our own words. */
export function sqlList(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "''")}'`).join(', ')
}

export const WAITING_SQL = sqlList(WAITING_STATES)
export const ENDED_SQL = sqlList(ENDED_STATES)

/** The states of the partial index `job_active`, in the order of its definition. */
export const JOB_ACTIVE_STATES = [
  'held',
  'blocked',
  'scheduled',
  'retrying',
  'running',
  'suspended',
  'stopping',
  'interrupted',
] as const satisfies readonly JobState[]
/** The states of the partial index `job_bad_end`. */
export const JOB_BAD_END_STATES = ['failed', 'cancelled', 'skipped'] as const satisfies readonly JobState[]

/**
 * The condition of the partial index `job_active`, to be repeated in a query that wants it. Comparisons one by one, for
 * they are evaluated at every write of a job: an IN list of more than two is built anew as a temporary index each time,
 * which doubled what a transition costs. The states that most jobs pass through come first.
 */
export const JOB_ACTIVE_SQL = noneOf(JOB_ACTIVE_STATES)
/** The condition of the partial index `job_bad_end`; `removed_by IS NULL` belongs to it. */
export const JOB_BAD_END_SQL = `${noneOf(JOB_BAD_END_STATES)} AND removed_by IS NULL`

/** "In one of `states`", said as "in none of the others". */
function noneOf(states: readonly JobState[]): string {
  const frequent: readonly JobState[] = ['queued', 'succeeded']
  const others = [...frequent, ...JOB_STATES.filter((state) => !frequent.includes(state))]
  return others
    .filter((state) => !states.includes(state))
    .map((state) => `state <> '${state}'`)
    .join(' AND ')
}

/** Jobs that exist for everybody: not cleared away, not of a submission that is still coming in. */
export const VISIBLE_SQL = `removed_by IS NULL AND submission_id NOT IN (SELECT id FROM submission WHERE state = 'open')`

/** Expressions for the facts a waiting state follows from; by default the columns of `job`. */
export interface FactsSql {
  readonly held?: string
  readonly needs_open?: string
  readonly due_ms?: string
  readonly retry_at_ms?: string
}

/** `firstWaitingState` of shared/job-state.ts as an expression; a test holds the two together. */
export function firstWaitingStateSql(now: string, facts: FactsSql = {}): string {
  return `CASE
    WHEN ${facts.held ?? 'held'} THEN 'held'
    WHEN ${facts.needs_open ?? 'needs_open'} > 0 THEN 'blocked'
    WHEN ${facts.due_ms ?? 'due_ms'} > ${now} THEN 'scheduled'
    WHEN ${facts.retry_at_ms ?? 'retry_at_ms'} > ${now} THEN 'retrying'
    ELSE 'queued' END`
}

/** `wakeTime` (job-row.ts) as an expression. */
export function wakeSql(now: string, facts: FactsSql = {}): string {
  const due = facts.due_ms ?? 'due_ms'
  const retry = facts.retry_at_ms ?? 'retry_at_ms'
  return `CASE
    WHEN ${facts.held ?? 'held'} OR ${facts.needs_open ?? 'needs_open'} > 0 THEN NULL
    WHEN ${due} > ${now} OR ${retry} > ${now} THEN max(coalesce(${due}, 0), coalesce(${retry}, 0))
    END`
}

/** True where a need with this condition can never be met by a job in this state. */
export function unmeetableSql(condition: string, state: string): string {
  const pairs: string[] = []
  for (const need of NEED_CONDITIONS) {
    for (const ended of ENDED_STATES) if (isUnmeetable(need, ended)) pairs.push(`${need} ${ended}`)
  }
  return `${condition} || ' ' || ${state} IN (${sqlList(pairs)})`
}

function isUnmeetable(condition: NeedCondition, state: JobState): boolean {
  return needStatus(condition, state) === 'unmeetable'
}
