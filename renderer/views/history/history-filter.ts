import type { Cause, JobState } from '../../../shared/job.ts'
import { ENDED_STATES, RESTING_STATES } from '../../../shared/job.ts'
import type { JobFilter } from '../../../shared/selection.ts'

/** States of jobs that belong to the past: the history never touches what waits or runs. */
export const HISTORY_STATES = [...ENDED_STATES, ...RESTING_STATES] as const
export type HistoryState = (typeof HISTORY_STATES)[number]

export const RANGES = ['any', 'hour', 'day', 'week', 'month', 'custom'] as const
export type Range = (typeof RANGES)[number]

export const RANGE_WORDS: Readonly<Record<Range, string>> = {
  any: 'Any time',
  hour: 'Last hour',
  day: 'Last 24 hours',
  week: 'Last 7 days',
  month: 'Last 30 days',
  custom: 'From … to …',
}

const HOUR_MS = 3_600_000
const RANGE_MS: Partial<Record<Range, number>> = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 7 * 24 * HOUR_MS,
  month: 30 * 24 * HOUR_MS,
}

/** What a person typed and chose. */
export interface HistoryForm {
  readonly name: string
  /** None: all. */
  readonly states: readonly HistoryState[]
  /** Empty: all. */
  readonly group: string
  readonly cause: Cause | ''
  /** As typed. */
  readonly exit_code: string
  readonly range: Range
  /** Of a custom range, as a date field has it (`2026-11-27T14:03`); empty: open. */
  readonly from: string
  readonly to: string
}

export const EMPTY_FORM: HistoryForm = {
  name: '',
  states: [],
  group: '',
  cause: '',
  exit_code: '',
  range: 'any',
  from: '',
  to: '',
}

export interface TimeSpan {
  /** null: open. */
  readonly from_ms: number | null
  readonly to_ms: number | null
}

/** The span of time the form asks for. */
export function spanOf(form: HistoryForm, now_ms: number): TimeSpan {
  if (form.range === 'custom') return { from_ms: localTime(form.from), to_ms: localTime(form.to) }
  const length_ms = RANGE_MS[form.range]
  return { from_ms: length_ms === undefined ? null : Math.floor(now_ms - length_ms), to_ms: null }
}

/** For the owner: exactly what the list shows, so that "all that match" is what one sees. */
export function toJobFilter(form: HistoryForm, now_ms: number): JobFilter {
  const name = form.name.trim()
  const exit_code = exitCodeOf(form.exit_code)
  const { from_ms, to_ms } = spanOf(form, now_ms)
  const states: readonly JobState[] = form.states.length === 0 ? HISTORY_STATES : form.states
  return {
    states: [...states],
    ...(name === '' ? {} : { name }),
    ...(form.group === '' ? {} : { group: form.group }),
    ...(form.cause === '' ? {} : { cause: form.cause }),
    ...(exit_code === null ? {} : { exit_code }),
    ...(from_ms === null ? {} : { ended_after_ms: from_ms }),
    ...(to_ms === null ? {} : { ended_before_ms: to_ms }),
  }
}

export function isFiltered(form: HistoryForm): boolean {
  return JSON.stringify({ ...form, from: '', to: '' }) !== JSON.stringify(EMPTY_FORM)
}

/** @returns null where nothing (or nothing that makes sense) was typed */
export function exitCodeOf(text: string): number | null {
  return /^-?\d{1,10}$/.test(text.trim()) ? Number(text.trim()) : null
}

function localTime(text: string): number | null {
  const at_ms = text === '' ? Number.NaN : new Date(text).getTime()
  return Number.isNaN(at_ms) ? null : at_ms
}
