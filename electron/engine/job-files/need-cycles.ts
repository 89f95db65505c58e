import type { Edge } from './needs.ts'

type Edges = readonly (readonly Edge[])[]

/**
 * Finds circles of needs: one of each knot. Whatever waits for nothing is taken away, again and again (Kahn's algorithm);
 * what is left is in a circle or behind one.
 */
export function* cyclesIn(edges: Edges): Generator<readonly number[], void, undefined> {
  const left = waitingForEver(edges)
  const walk_of = new Map<number, number>()
  for (const start of left) {
    const walk: number[] = []
    let at: number | undefined = start
    while (at !== undefined && !walk_of.has(at)) {
      walk_of.set(at, start)
      walk.push(at)
      at = edges[at]?.find(({ on }) => left.has(on))?.on
    }
    // Walked into an earlier walk, which has told its circle.
    if (at === undefined || walk_of.get(at) !== start) continue
    yield walk.slice(walk.indexOf(at))
  }
}

function waitingForEver(edges: Edges): Set<number> {
  const waits_for = edges.map((own) => own.length)
  const dependents = dependentsIn(edges)
  const free: number[] = []
  for (const [index, count] of waits_for.entries()) if (count === 0) free.push(index)
  for (let next = free.pop(); next !== undefined; next = free.pop()) {
    for (const dependent of dependents.get(next) ?? []) {
      const count = (waits_for[dependent] ?? 0) - 1
      waits_for[dependent] = count
      if (count === 0) free.push(dependent)
    }
  }
  const left = new Set<number>()
  for (const [index, count] of waits_for.entries()) if (count > 0) left.add(index)
  return left
}

/** Who needs a job. */
export function dependentsIn(edges: Edges): Map<number, number[]> {
  const dependents = new Map<number, number[]>()
  for (const [index, own] of edges.entries()) {
    for (const { on } of own) {
      const known = dependents.get(on)
      if (known === undefined) dependents.set(on, [index])
      else known.push(index)
    }
  }
  return dependents
}
