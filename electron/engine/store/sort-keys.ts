/** By what a list of jobs is sorted, as SQL and as it is compared. */
import {
  ACTIVE_STATES,
  ENDED_STATES,
  JOB_STATES,
  RESTING_STATES,
  WAITING_STATES,
} from '../../../shared/job.ts'
import type { JobState } from '../../../shared/job.ts'
import type { JobListQuery, ListCursor, SortColumn } from '../../../shared/listing.ts'
import { sqlList } from './job-sql.ts'

/** By `rank`, which is never turned round, then by `value`, then by `id`. */
export interface SortKey {
  readonly id: number
  readonly rank: number
  readonly value: number | string
}

/** How the keys of a list are read and compared. */
export interface SortPlan {
  readonly rank_sql: string
  readonly value_sql: string
  /** What `value_sql` gives. */
  readonly is_text: boolean
  readonly down: boolean
  /** Only jobs in these are in the list. */
  readonly states: readonly JobState[]
}

interface ColumnSql {
  readonly value: string
  readonly is_text?: boolean
  /** It may be null: such jobs come last. */
  readonly may_miss?: boolean
}

/** As a job goes through them. */
const STATE_ORDER: readonly JobState[] = [
  ...ACTIVE_STATES,
  ...WAITING_STATES,
  ...RESTING_STATES,
  ...ENDED_STATES,
]

const COLUMNS: Readonly<Record<SortColumn, ColumnSql>> = {
  id: { value: 'id' },
  name: { value: 'name', is_text: true },
  state: {
    value: `CASE state ${STATE_ORDER.map((state, at) => `WHEN '${state}' THEN ${at}`).join(' ')} ELSE ${STATE_ORDER.length} END`,
  },
  group: { value: '(SELECT name FROM job_group WHERE job_group.id = job.group_id)', is_text: true },
  cause: { value: 'cause', is_text: true, may_miss: true },
  exit_code: { value: 'exit_code', may_miss: true },
  attempts: { value: 'attempts' },
  priority: { value: 'priority' },
  kind: { value: 'kind', is_text: true },
  queued: { value: 'queued_ms' },
  started: { value: 'started_ms', may_miss: true },
  ended: { value: 'ended_ms', may_miss: true },
  duration: { value: 'ended_ms - started_ms', may_miss: true },
}

/** Before every priority. */
const ACTIVE_RANK = -1e16
const ACTIVE_SQL = `state IN (${sqlList(ACTIVE_STATES)})`

/** The query is for a list that no index has in its order, or for a place in one that only counting leads to. */
export function isSorted({ order, skip }: JobListQuery): boolean {
  return typeof order !== 'string' || skip !== undefined
}

export function sortPlan(order: JobListQuery['order']): SortPlan {
  const plain = { rank_sql: '0', is_text: false, states: JOB_STATES }
  switch (order) {
    case 'run':
      return {
        rank_sql: `CASE WHEN ${ACTIVE_SQL} THEN ${ACTIVE_RANK} ELSE -priority END`,
        value_sql: `CASE WHEN ${ACTIVE_SQL} THEN coalesce(started_ms, 0) ELSE position END`,
        ...{ is_text: false, down: false, states: [...ACTIVE_STATES, ...WAITING_STATES] },
      }
    case 'newest':
    case 'oldest':
      return { ...plain, value_sql: 'id', down: order === 'newest' }
    case 'ended':
      return { ...plain, value_sql: 'ended_ms', down: true, states: [...ENDED_STATES, ...RESTING_STATES] }
    default: {
      const { value, is_text = false, may_miss = false } = COLUMNS[order.by]
      const missing = is_text ? `''` : '0'
      return {
        rank_sql: may_miss ? `(${value}) IS NULL` : '0',
        value_sql: may_miss ? `coalesce(${value}, ${missing})` : value,
        ...{ is_text, down: order.down, states: JOB_STATES },
      }
    }
  }
}

/** Where the page behind this job begins, in the words of the order. */
export function cursorOf(order: JobListQuery['order'], { id, rank, value }: SortKey): ListCursor {
  if (typeof order !== 'string') return { id, ended_ms: null, sort: { rank, value } }
  const at = typeof value === 'number' ? value : 0
  if (order === 'ended') return { id, ended_ms: at }
  if (order !== 'run') return { id, ended_ms: null }
  const waiting = rank !== ACTIVE_RANK
  return { id, ended_ms: null, run: { waiting, priority: waiting ? -rank : 0, position: at } }
}

/** A name as it is compared: without case, and `frame 9` before `frame 10`. */
export function nameKey(name: string): string {
  const lower = name.toLowerCase()
  return lower.replace(/\d+/g, numberKey)
}

/** How long a number is stands before it, so that characters compare as numbers do. */
function numberKey(digits: string): string {
  let from = 0
  while (from < digits.length - 1 && digits.charCodeAt(from) === ZERO) from += 1
  const length = digits.length - from
  return String.fromCharCode(ZERO + Math.min(length, MOST_DIGITS)) + digits.slice(from)
}
const ZERO = 48
/** Longer ones are compared as text. */
const MOST_DIGITS = 60
