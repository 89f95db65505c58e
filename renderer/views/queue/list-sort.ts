/** Sorting a list by a click on the head of a column. */
import type { JobListQuery, ListSort, SortColumn } from '../../../shared/listing.ts'

/** Of these one wants to see the large ones, or the last, first. */
const DOWN_FIRST: ReadonlySet<SortColumn> = new Set([
  ...(['id', 'exit_code', 'attempts', 'priority', 'queued', 'started', 'ended', 'duration'] as const),
])

/** What a click on a column makes of it: one way, the other way, and back to where the list began. */
export function nextSort(sort: ListSort | null, by: SortColumn): ListSort | null {
  const first = DOWN_FIRST.has(by)
  if (sort?.by !== by) return { by, down: first }
  return sort.down === first ? { by, down: !first } : null
}

/**
 * For the owner, which has some of these orders at hand and need not sort for them.
 * @param is_over all jobs of the list have ended or rest
 */
export function orderOf(sort: ListSort, is_over: boolean): JobListQuery['order'] {
  if (sort.by === 'id') return sort.down ? 'newest' : 'oldest'
  return is_over && sort.by === 'ended' && sort.down ? 'ended' : sort
}

/** For `aria-sort`; undefined: the list is not sorted by this column. */
export function ariaSort(sort: ListSort | null, by: SortColumn): 'ascending' | 'descending' | undefined {
  if (sort?.by !== by) return undefined
  return sort.down ? 'descending' : 'ascending'
}
