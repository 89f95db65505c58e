import type { YardDelta } from '../../shared/yard.ts'

/** More ids than this are not kept: whoever shows jobs then reads them anew. */
const MAX_CHANGED_IDS = 500
const MAX_ENDED_NOTICES = 20

/** Two deltas as one: of each part the later, of what adds up the sum. Bounded, however many are merged. */
export function mergeDeltas(first: YardDelta, second: YardDelta): YardDelta {
  return {
    ...first,
    ...second,
    ...(first.changed === undefined && second.changed === undefined
      ? {}
      : { changed: mergeChanged(first.changed, second.changed) }),
    ...(first.ended === undefined && second.ended === undefined
      ? {}
      : { ended: mergeEnded(first.ended, second.ended) }),
    ...(first.faults === undefined && second.faults === undefined
      ? {}
      : { faults: [...(first.faults ?? []), ...(second.faults ?? [])].slice(-MAX_ENDED_NOTICES) }),
  }
}

type Changed = NonNullable<YardDelta['changed']>
type Ended = NonNullable<YardDelta['ended']>

function mergeChanged(first: Changed | undefined, second: Changed | undefined): Changed {
  const ids = new Set([...(first?.ids ?? []), ...(second?.ids ?? [])])
  const more = (first?.more ?? false) || (second?.more ?? false) || ids.size > MAX_CHANGED_IDS
  return { ids: [...ids].slice(0, MAX_CHANGED_IDS), more }
}

function mergeEnded(first: Ended | undefined, second: Ended | undefined): Ended {
  return {
    count: (first?.count ?? 0) + (second?.count ?? 0),
    jobs: [...(first?.jobs ?? []), ...(second?.jobs ?? [])].slice(0, MAX_ENDED_NOTICES),
  }
}
