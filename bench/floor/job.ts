import type { FloorJob } from './queue.ts'

/** Job number `n` of the floor: what a spec of ours needs to say at least. */
export function floorJob(n: number, priority: number): FloorJob {
  return { id: n + 1, priority, spec: JSON.stringify({ module: './noop.mjs', with: { n } }) }
}
