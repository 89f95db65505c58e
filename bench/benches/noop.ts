import type { Bench } from '../harness/bench.ts'
import { ask } from '../harness/contender.ts'
import { FLOOR, PLAINJOB } from '../harness/contenders.ts'
import { numberOf } from '../harness/contract.ts'
import { interleave } from '../harness/tally.ts'

const JOBS = 100_000
/** plainjob is slower, and as fast with fewer jobs: fewer leave time for more rounds. */
const PLAINJOB_JOBS = 30_000
const WORKERS = 2
const LIMIT = { rounds: 5, budget_ms: 45_000 }

/** No-op module jobs, submitted in bulk, run by two worker processes, kept with their attempts. */
export const noop: Bench = {
  name: 'noop',
  shows: 'no-op module jobs a second, submit to stored result: against plainjob and the composite floor',
  peers: ['plainjob', 'better-sqlite3'],
  async run({ subject, scratch, tally }) {
    const runners = [
      ...(subject ? [{ contender: subject, jobs: JOBS }] : []),
      { contender: PLAINJOB, jobs: PLAINJOB_JOBS },
      { contender: FLOOR, jobs: JOBS },
    ]
    await interleave(tally, LIMIT, async () => {
      for (const { contender, jobs } of runners) {
        const directory = scratch.folder(contender.name)
        const reply = await ask(contender, 'work', { directory, jobs, workers: WORKERS, priorities: 1 })
        tally.add(contender.name, { jobs_per_s: numberOf(reply, 'jobs_per_s') })
        scratch.discard(directory)
      }
    })
    return {
      plainjob: tally.ratio('jobs_per_s', 'jobyard', 'plainjob'),
      floor: tally.ratio('jobs_per_s', 'jobyard', 'floor'),
      floor_to_plainjob: tally.ratio('jobs_per_s', 'floor', 'plainjob'),
    }
  },
}
