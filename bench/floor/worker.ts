/** A worker of the composite floor: an array of jobs in, an array of results out. */
import process from 'node:process'
import noop from '../subject/jobs/noop.mjs'
import { pairsOf, type Pair } from './pairs.ts'

process.on('message', (raw: unknown) => {
  void runAll(pairsOf(raw))
})
process.send?.('ready')

async function runAll(jobs: readonly Pair[]): Promise<void> {
  const results: Pair[] = []
  for (const [id, spec] of jobs) results.push([id, JSON.stringify(await noop(inputOf(JSON.parse(spec))))])
  process.send?.(results)
}

function inputOf(spec: unknown): { n: number } {
  if (typeof spec === 'object' && spec !== null && 'with' in spec) {
    const input = spec.with
    if (typeof input === 'object' && input !== null && 'n' in input && typeof input.n === 'number')
      return { n: input.n }
  }
  throw new Error('A spec of the floor has no input')
}
