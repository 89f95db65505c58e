/**
 * Positions are numbers with gaps: a job is moved between two others by a position between theirs. Where a gap is used
 * up, the neighbours are spread out, as few of them as will do.
 */
import { JOB_ACTIVE_SQL, VISIBLE_SQL, WAITING_SQL } from '../job-sql.ts'
import type { StoreContext } from '../store-context.ts'

/** Where a waiting job stands within its group. */
export interface Place {
  readonly id: number
  readonly priority: number
  readonly position: number
}

export interface Room {
  readonly group_id: number
  readonly priority: number
  /** The neighbours between which `count` jobs go; undefined: there is none on this side. */
  readonly before: Place | undefined
  readonly after: Place | undefined
  readonly count: number
}

/** The n-th moved job (from 1) stands at `start + step * n`. */
export interface Steps {
  readonly start: number
  readonly step: number
}

/** Far above the distance of two doubles at the ids a data directory can reach, so that positions stay apart. */
const MIN_STEP = 1e-4
const FIRST_NEIGHBOURS = 32

const STAYING = `group_id = ? AND priority = ? AND id NOT IN (SELECT id FROM temp.selected) AND ${VISIBLE_SQL}`
const READY = `SELECT id, priority, position FROM job INDEXED BY job_ready WHERE state = 'queued' AND ${STAYING}`
const BEFORE = `${READY} AND (position, id) < (?, ?) ORDER BY position DESC, id DESC LIMIT ?`
const AFTER = `${READY} AND (position, id) > (?, ?) ORDER BY position, id LIMIT ?`
/** Held, blocked and the like: not in the index of the ready ones, but they keep their place among them. */
const NOT_READY = `SELECT id, priority, position FROM job INDEXED BY job_active WHERE ${JOB_ACTIVE_SQL}
  AND state IN (${WAITING_SQL}) AND ${STAYING} AND position > ? AND position < ?`

/** The ready job of the same priority that comes next before this place. */
export function nextBefore(context: StoreContext, group_id: number, place: Place): Place | undefined {
  return neighbours(context, BEFORE, group_id, place, 1)[0]
}

/** The ready job of the same priority that comes next after this place. */
export function nextAfter(context: StoreContext, group_id: number, place: Place): Place | undefined {
  return neighbours(context, AFTER, group_id, place, 1)[0]
}

function neighbours(
  context: StoreContext,
  sql: string,
  group_id: number,
  place: Place,
  limit: number,
): Place[] {
  return context.sql<Place>(sql).all(group_id, place.priority, place.position, place.id, limit)
}

/** Finds, or makes, room for `count` positions between two neighbours. */
export function makeRoom(context: StoreContext, room: Room): Steps {
  const { before, after, count } = room
  const top = after?.position ?? endPosition(context)
  // Nothing stands before: as far down as it takes.
  const bottom = before?.position ?? top - (count + 1)
  const step = (top - bottom) / (count + 1)
  return step >= MIN_STEP ? { start: bottom, step } : spread(context, room)
}

/** Behind every position there is, and before that of any job to come: their positions are their ids. */
function endPosition(context: StoreContext): number {
  return (context.number('SELECT coalesce(max(id), 0) FROM job') ?? 0) + 1
}

/** Gives the neighbours new positions, ever more of them until they and the moved jobs stand far enough apart. */
function spread(context: StoreContext, room: Room): Steps {
  for (let limit = FIRST_NEIGHBOURS; ; limit *= 4) {
    const below = side(context, BEFORE, room, room.before, limit)
    const above = side(context, AFTER, room, room.after, limit)
    const isWhole = below.length < limit && above.length < limit
    const top = above.length === limit ? (above.at(-1)?.position ?? 0) : endPosition(context)
    const low = below.length === limit ? (below.at(-1)?.position ?? 0) : null
    const inside = { below: below.slice(0, limit - 1), above: above.slice(0, limit - 1) }
    const places = withNotReady(context, room, inside, low, top)
    const total = places.below.length + places.above.length + room.count
    const start = low ?? Math.min(top - (total + 1), places.below.at(-1)?.position ?? Infinity)
    const step = (top - start) / (total + 1)
    if (step < MIN_STEP && !isWhole) continue
    return writeSpread(context, places, room.count, { start, step })
  }
}

/** The neighbour itself and those behind it, nearest first. */
function side(
  context: StoreContext,
  sql: string,
  room: Room,
  nearest: Place | undefined,
  limit: number,
): Place[] {
  if (nearest === undefined) return []
  return [nearest, ...neighbours(context, sql, room.group_id, nearest, limit - 1)]
}

interface Sides {
  /** Nearest to the moved jobs first. */
  readonly below: readonly Place[]
  readonly above: readonly Place[]
}

function withNotReady(
  context: StoreContext,
  room: Room,
  ready: Sides,
  low: number | null,
  top: number,
): Sides {
  const known = new Set([...ready.below, ...ready.above].map(({ id }) => id))
  const others = context
    .sql<Place>(NOT_READY)
    .all(room.group_id, room.priority, low ?? -Number.MAX_VALUE, top)
    .filter(({ id }) => !known.has(id))
  if (others.length === 0) return ready
  const isBelow = (place: Place): boolean =>
    room.before !== undefined ? compare(place, room.before) < 0 : room.after === undefined
  const below = [...ready.below, ...others.filter(isBelow)].sort((a, b) => compare(b, a))
  const above = [...ready.above, ...others.filter((place) => !isBelow(place))].sort(compare)
  return { below, above }
}

function compare(a: Place, b: Place): number {
  return a.position - b.position || a.id - b.id
}

function writeSpread(context: StoreContext, places: Sides, count: number, steps: Steps): Steps {
  const { start, step } = steps
  const write = context.sql('UPDATE job SET position = ? WHERE id = ?')
  const below = places.below.length
  places.below.forEach(({ id }, index) => write.run(start + step * (below - index), id))
  places.above.forEach(({ id }, index) => write.run(start + step * (below + count + index + 1), id))
  return { start: start + step * below, step }
}
