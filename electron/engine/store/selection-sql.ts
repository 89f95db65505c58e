/** Turns a selection into SQL. The history's read-only connection may use the same conditions. */
import type { JobState } from '../../../shared/job.ts'
import { JOB_STATES } from '../../../shared/job.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import {
  JOB_ACTIVE_SQL,
  JOB_ACTIVE_STATES,
  JOB_BAD_END_SQL,
  JOB_BAD_END_STATES,
  sqlList,
  VISIBLE_SQL,
} from './job-sql.ts'

/** Named parameters of a filter's conditions. */
export type FilterParameters = Record<string, string | number>

export interface Conditions {
  /** Conditions on the columns of `job`, joined by AND; `1` where there are none. */
  readonly sql: string
  readonly parameters: FilterParameters
}

/** The conditions of a filter but its states. `name` matches a part of the name, without case in ASCII. */
export function filterConditions(filter: JobFilter): Conditions {
  const sql: string[] = []
  const parameters: FilterParameters = {}
  if (filter.name !== undefined && filter.name !== '') {
    sql.push(`name LIKE @filter_name ESCAPE '\\'`)
    parameters['filter_name'] = `%${filter.name.replace(/[\\%_]/g, '\\$&')}%`
  }
  if (filter.group !== undefined) {
    sql.push('group_id = (SELECT id FROM job_group WHERE name = @filter_group)')
    parameters['filter_group'] = filter.group
  }
  if (filter.submission_id !== undefined) {
    // Its jobs lie in one range of ids, though others may lie in between.
    sql.push(`submission_id = @filter_submission
      AND id >= (SELECT first_job_id FROM submission WHERE id = @filter_submission)
      AND id <= (SELECT last_job_id FROM submission WHERE id = @filter_submission)`)
    parameters['filter_submission'] = filter.submission_id
  }
  if (filter.first_id !== undefined) {
    sql.push('id >= @filter_first')
    parameters['filter_first'] = filter.first_id
  }
  if (filter.last_id !== undefined) {
    sql.push('id <= @filter_last')
    parameters['filter_last'] = filter.last_id
  }
  if (filter.ended_before_ms !== undefined) {
    sql.push('ended_ms < @filter_ended_before')
    parameters['filter_ended_before'] = filter.ended_before_ms
  }
  if (filter.ended_after_ms !== undefined) {
    sql.push('ended_ms >= @filter_ended_after')
    parameters['filter_ended_after'] = filter.ended_after_ms
  }
  if (filter.exit_code !== undefined) {
    sql.push('exit_code = @filter_exit_code')
    parameters['filter_exit_code'] = filter.exit_code
  }
  if (filter.cause !== undefined) {
    sql.push('cause = @filter_cause')
    parameters['filter_cause'] = filter.cause
  }
  return { sql: sql.length === 0 ? '1' : sql.join(' AND '), parameters }
}

export interface FilterSelectOptions {
  /** A further condition on the columns of `job`. */
  readonly where?: string
  /** Walk the table along its ids, ascending: for many pages of what is much. */
  readonly inOrder?: boolean
}

/**
 * `SELECT id FROM job` for the visible jobs of a filter in some states: a part for each index that leads to them, so that
 * the cost follows the number of matches, not that of all jobs that ever were. LIMIT may be appended.
 * @param states empty: none
 */
export function filterSelect(
  filter: JobFilter,
  states: readonly JobState[],
  options: FilterSelectOptions = {},
): Conditions {
  const { where = '1', inOrder = false } = options
  const wanted = JOB_STATES.filter(
    (state) => states.includes(state) && (filter.states?.includes(state) ?? true),
  )
  const { sql, parameters } = filterConditions(filter)
  const parts = (inOrder ? [wholeTable(wanted)] : partsFor(filter, wanted)).map(
    ({ index, condition }) =>
      `SELECT id FROM job ${index} WHERE ${condition} AND ${VISIBLE_SQL} AND ${sql} AND ${where}`,
  )
  const select = parts.length === 0 ? 'SELECT id FROM job WHERE 0' : parts.join(' UNION ALL ')
  return { sql: inOrder ? `${select} ORDER BY id` : select, parameters }
}

interface Part {
  readonly index: string
  readonly condition: string
}

function stateIn(states: readonly JobState[]): string {
  return `state IN (${sqlList(states)})`
}

/** By rowid, which is the id; a range of ids is a part of it. */
function wholeTable(states: readonly JobState[]): Part {
  return { index: 'NOT INDEXED', condition: stateIn(states) }
}

function partsFor(filter: JobFilter, wanted: readonly JobState[]): Part[] {
  if (wanted.length === 0) return []
  if (filter.submission_id !== undefined) return [wholeTable(wanted)]
  const parts: Part[] = []
  const active = wanted.filter((state) => (JOB_ACTIVE_STATES as readonly JobState[]).includes(state))
  const bad = wanted.filter((state) => (JOB_BAD_END_STATES as readonly JobState[]).includes(state))
  const isOfTime = filter.ended_before_ms !== undefined || filter.ended_after_ms !== undefined
  if (isOfTime && bad.length < wanted.length) {
    return [{ index: 'INDEXED BY job_ended', condition: `${stateIn(wanted)} AND ended_ms IS NOT NULL` }]
  }
  if (wanted.includes('queued')) parts.push({ index: 'INDEXED BY job_ready', condition: `state = 'queued'` })
  if (active.length > 0) {
    parts.push({ index: 'INDEXED BY job_active', condition: `${JOB_ACTIVE_SQL} AND ${stateIn(active)}` })
  }
  if (wanted.includes('succeeded')) {
    // Most that ever ran: the table itself, once.
    parts.push(wholeTable([...bad, 'succeeded']))
  } else if (bad.length > 0) {
    parts.push({ index: 'INDEXED BY job_bad_end', condition: `${JOB_BAD_END_SQL} AND ${stateIn(bad)}` })
  }
  return parts
}
