/** What the queue shows: states, a name, a group and an order, as a person picks them. */
import type { JobState } from '../../../shared/job.ts'
import { ACTIVE_STATES, ENDED_STATES, WAITING_STATES } from '../../../shared/job.ts'
import type { JobListQuery, ListOrder, ListSort } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import { orderOf } from './list-sort.ts'

export interface QueueFilter {
  /** Empty: all that are not over. */
  readonly states: readonly JobState[]
  readonly name: string
  /** '' is every group. */
  readonly group: string
  readonly order: ListOrder
  /** By a column, in place of `order`; null: as `order` says. */
  readonly sort: ListSort | null
}

export const NO_FILTER: QueueFilter = { states: [], name: '', group: '', order: 'run', sort: null }

const OPEN_STATES: readonly JobState[] = [...ACTIVE_STATES, ...WAITING_STATES, 'interrupted']

/** In the order of the chips. */
export const CHIP_STATES: readonly JobState[] = [
  ...ACTIVE_STATES,
  ...(['queued', 'retrying', 'scheduled', 'blocked', 'held', 'interrupted'] as const),
  ...ENDED_STATES,
]

export const ORDER_WORDS: Readonly<Record<ListOrder, string>> = {
  run: 'Run order',
  newest: 'Newest first',
  oldest: 'Oldest first',
  ended: 'Last ended first',
}

const IN_RUN_ORDER: ReadonlySet<JobState> = new Set([...ACTIVE_STATES, ...WAITING_STATES])
const IN_ENDED_ORDER: ReadonlySet<JobState> = new Set([...ENDED_STATES, 'interrupted'])

/** The order that fits: what is over has no place in the order of claims, and what is not has no end. */
export function effectiveOrder({ states, order, sort }: QueueFilter): JobListQuery['order'] {
  if (sort !== null) return orderOf(sort, false)
  if (order === 'run' && states.some((state) => !IN_RUN_ORDER.has(state))) {
    return states.every((state) => IN_ENDED_ORDER.has(state)) ? 'ended' : 'newest'
  }
  if (order === 'ended' && !(states.length > 0 && states.every((state) => IN_ENDED_ORDER.has(state)))) {
    return 'newest'
  }
  return order
}

/** The states the list shows, whatever its order. */
export function shownStates(filter: QueueFilter): readonly JobState[] {
  if (filter.states.length > 0) return filter.states
  return effectiveOrder(filter) === 'run' ? [...IN_RUN_ORDER] : OPEN_STATES
}

/** For the owner: exactly what the list shows, so that "all that match" is what one sees. */
export function toJobFilter(filter: QueueFilter): JobFilter {
  const name = filter.name.trim()
  return {
    states: [...shownStates(filter)],
    ...(name === '' ? {} : { name }),
    ...(filter.group === '' ? {} : { group: filter.group }),
  }
}

export function isFiltered(filter: QueueFilter): boolean {
  return filter.states.length > 0 || filter.name.trim() !== '' || filter.group !== ''
}

/** Jobs can be dragged about where the list shows the order in which they are claimed. */
export function canReorder(filter: QueueFilter): boolean {
  return effectiveOrder(filter) === 'run'
}
