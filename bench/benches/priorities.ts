import type { Bench } from '../harness/bench.ts'
import { ask } from '../harness/contender.ts'
import { FLOOR } from '../harness/contenders.ts'
import { numberOf } from '../harness/contract.ts'
import { interleave } from '../harness/tally.ts'

const JOBS = 60_000
const WORKERS = 2
const PRIORITIES = [1, 5]
const LIMIT = { rounds: 5, budget_ms: 45_000 }

/** What five interleaved priorities cost, against the same run with one. */
export const priorities: Bench = {
  name: 'priorities',
  shows: 'what five interleaved priorities cost: our rate with five over our rate with one',
  peers: [],
  async run({ subject, scratch, tally }) {
    const contenders = subject ? [subject, FLOOR] : [FLOOR]
    await interleave(tally, LIMIT, async () => {
      for (const contender of contenders) {
        for (const count of PRIORITIES) {
          const directory = scratch.folder(contender.name)
          const reply = await ask(contender, 'work', {
            directory,
            jobs: JOBS,
            workers: WORKERS,
            priorities: count,
          })
          tally.add(contender.name, { [figureOf(count)]: numberOf(reply, 'jobs_per_s') })
          scratch.discard(directory)
        }
      }
    })
    return {
      one_priority: ownRatio('jobyard'),
      floor: tally.ratio(figureOf(5), 'jobyard', 'floor'),
      floor_to_one_priority: ownRatio('floor'),
    }

    function ownRatio(contender: string): number | undefined {
      const five = tally.median(contender, figureOf(5))
      const one = tally.median(contender, figureOf(1))
      return five === undefined || one === undefined ? undefined : five / one
    }
  },
}

function figureOf(count: number): string {
  return count === PRIORITIES[0] ? 'one_priority_jobs_per_s' : 'five_priorities_jobs_per_s'
}
