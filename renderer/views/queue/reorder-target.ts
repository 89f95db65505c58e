import type { InputOf } from '../../../shared/ipc.ts'
import type { Job } from '../../../shared/job.ts'
import { isWaiting } from '../../../shared/job.ts'

export interface Move {
  readonly ids: number[]
  readonly target: InputOf<'jobs:move'>['target']
}

/** A row of the list; null: there is none, or it is not loaded. */
type RowAt = (index: number) => Job | null

/** Further away than this, nobody looks for a neighbour. */
const MOST_ROWS = 1_000

/**
 * What has to be moved where, for jobs that are dropped over a gap (0 is above the first row). Every group has an order of
 * its own, so the jobs of each go next to the nearest job of that group: before one below the gap, else after one above.
 * Only jobs that wait have an order: above the first of them is before it, whatever runs above.
 */
export function movesTo(rowAt: RowAt, gap: number, moved: readonly Job[]): Move[] {
  const ids_moved = new Set(moved.map(({ id }) => id))
  return byGroup(moved).flatMap(([group, ids]): Move[] => {
    const fits = (job: Job): boolean => isWaiting(job.state) && job.group === group && !ids_moved.has(job.id)
    const below = find(rowAt, gap, 1, fits)
    if (below !== null) return [{ ids, target: { to: 'before', job_id: below.id } }]
    const above = find(rowAt, gap - 1, -1, fits)
    return above === null ? [] : [{ ids, target: { to: 'after', job_id: above.id } }]
  })
}

/** One step up or down by the keys: over the next job of the same group. @param places the rows of the moved jobs */
export function movesBy(
  rowAt: RowAt,
  direction: 'up' | 'down',
  moved: readonly Job[],
  places: readonly number[],
): Move[] {
  const ids_moved = new Set(moved.map(({ id }) => id))
  const from = direction === 'up' ? Math.min(...places) - 1 : Math.max(...places) + 1
  return byGroup(moved).flatMap(([group, ids]): Move[] => {
    const fits = (job: Job): boolean => isWaiting(job.state) && job.group === group && !ids_moved.has(job.id)
    const next = find(rowAt, from, direction === 'up' ? -1 : 1, fits)
    if (next === null) return []
    return [{ ids, target: { to: direction === 'up' ? 'before' : 'after', job_id: next.id } }]
  })
}

function byGroup(jobs: readonly Job[]): [group: string, ids: number[]][] {
  const groups = new Map<string, number[]>()
  for (const { id, group, state } of jobs) {
    if (isWaiting(state)) groups.set(group, [...(groups.get(group) ?? []), id])
  }
  return [...groups]
}

function find(rowAt: RowAt, from: number, step: 1 | -1, fits: (job: Job) => boolean): Job | null {
  for (let count = 0, at = from; count < MOST_ROWS && at >= 0; count += 1, at += step) {
    const job = rowAt(at)
    if (job === null) return null
    if (fits(job)) return job
  }
  return null
}

/** The gap that is nearest to a place in the list: 0 is above the first row. */
export function gapAt(offset_px: number, row_px: number, row_count: number): number {
  return Math.max(0, Math.min(row_count, Math.round(offset_px / row_px)))
}
