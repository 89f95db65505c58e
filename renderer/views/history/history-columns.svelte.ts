/** Which columns the history shows. Kept in this browser. State and name are always there. */

import type { SortColumn } from '../../../shared/listing.ts'

export const COLUMNS = [
  'id',
  'group',
  'why',
  'exit_code',
  'attempts',
  'priority',
  'kind',
  'queued',
  'started',
  'ended',
  'duration',
] as const
export type Column = (typeof COLUMNS)[number]

interface ColumnLook {
  readonly label: string
  /** At least so wide. */
  readonly min_rem: number
  /** Share of the room that is left. */
  readonly grow: number
  readonly is_number: boolean
}

export const COLUMN_LOOKS: Readonly<Record<Column, ColumnLook>> = {
  id: { label: 'Job', min_rem: 4, grow: 0, is_number: true },
  group: { label: 'Group', min_rem: 4.5, grow: 0.5, is_number: false },
  why: { label: 'How it ended', min_rem: 7, grow: 1, is_number: false },
  exit_code: { label: 'Exit code', min_rem: 4.25, grow: 0, is_number: true },
  attempts: { label: 'Attempts', min_rem: 4, grow: 0, is_number: true },
  priority: { label: 'Priority', min_rem: 3.75, grow: 0, is_number: true },
  kind: { label: 'Kind', min_rem: 5, grow: 0, is_number: false },
  queued: { label: 'Queued', min_rem: 7, grow: 0, is_number: true },
  started: { label: 'Started', min_rem: 7, grow: 0, is_number: true },
  ended: { label: 'Ended', min_rem: 7, grow: 0, is_number: true },
  duration: { label: 'Took', min_rem: 4.75, grow: 0, is_number: true },
}

/** What the owner sorts by for a column. */
export const SORTED_BY: Readonly<Record<Column, SortColumn>> = {
  ...{ id: 'id', group: 'group', why: 'cause', exit_code: 'exit_code', attempts: 'attempts' },
  ...{ priority: 'priority', kind: 'kind', queued: 'queued', started: 'started', ended: 'ended' },
  duration: 'duration',
}

const STATE_LOOK = { min_rem: 6.75, grow: 0 }
const NAME_LOOK = { min_rem: 9, grow: 2 }
const LINE_LOOK = { min_rem: 14, grow: 4 }
const GAP_REM = 0.75
const SIDES_REM = 2.5

/** The columns of the grid, and how wide it is at least: with more columns than there is room for, it scrolls. */
export function gridOf(
  columns: readonly Column[],
  has_lines: boolean,
): { readonly template: string; readonly min_width: string } {
  const looks = [
    STATE_LOOK,
    NAME_LOOK,
    ...(has_lines ? [LINE_LOOK] : []),
    ...columns.map((one) => COLUMN_LOOKS[one]),
  ]
  const template = looks.map(({ min_rem, grow }) =>
    grow === 0 ? `${min_rem}rem` : `minmax(${min_rem}rem, ${grow}fr)`,
  )
  const min_rem = looks.reduce((sum, look) => sum + look.min_rem + GAP_REM, SIDES_REM - GAP_REM)
  return { template: template.join(' '), min_width: `${min_rem}rem` }
}

const DEFAULT: readonly Column[] = ['group', 'why', 'attempts', 'ended', 'duration']
const KEY = 'jobyard-history-columns'

export class HistoryColumns {
  #shown = $state.raw<readonly Column[]>(stored())

  /** In the order of `COLUMNS`. */
  get shown(): readonly Column[] {
    return this.#shown
  }

  toggle(column: Column): void {
    this.#shown = COLUMNS.filter((one) => this.#shown.includes(one) !== (one === column))
    localStorage.setItem(KEY, this.#shown.join(' '))
  }
}

function stored(): readonly Column[] {
  const text = localStorage.getItem(KEY)
  if (text === null) return DEFAULT
  const names = new Set(text.split(' '))
  return COLUMNS.filter((column) => names.has(column))
}
