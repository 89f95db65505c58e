import type { SortColumn } from '../../../shared/listing.ts'

/** The columns of the queue; `by` null: it cannot be sorted by. */
export const COLUMNS: readonly {
  readonly label: string
  readonly by: SortColumn | null
  readonly is_right?: boolean
}[] = [
  { label: 'State', by: 'state' },
  { label: 'Name', by: 'name' },
  { label: 'Group', by: 'group' },
  { label: 'Priority', by: 'priority', is_right: true },
  { label: 'Progress', by: null },
  { label: 'Time', by: 'queued', is_right: true },
  { label: 'Worker', by: null, is_right: true },
]
