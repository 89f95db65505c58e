import type { Bench } from '../harness/bench.ts'
import { ask } from '../harness/contender.ts'
import { PLAINJOB, RAW_INSERT } from '../harness/contenders.ts'
import { numberOf } from '../harness/contract.ts'
import { interleave } from '../harness/tally.ts'

const JOBS = 1_000_000
const LIMIT_MB = 200

/** Memory of the owner process with a million queued jobs. */
export const backlog: Bench = {
  name: 'backlog',
  shows: 'resident memory of the owner with 1,000,000 queued jobs: against plainjob and a bare script',
  peers: ['plainjob', 'better-sqlite3'],
  async run({ subject, scratch, tally }) {
    const contenders = subject ? [subject, PLAINJOB, RAW_INSERT] : [PLAINJOB, RAW_INSERT]
    await interleave(tally, { rounds: 1, budget_ms: 0 }, async () => {
      for (const contender of contenders) {
        const directory = scratch.folder(contender.name)
        const reply = await ask(contender, 'backlog', { directory, jobs: JOBS })
        tally.add(contender.name, {
          rss_mb: numberOf(reply, 'rss_mb'),
          peak_rss_mb: numberOf(reply, 'peak_rss_mb'),
        })
        scratch.discard(directory)
      }
    })
    const peak = tally.median('jobyard', 'peak_rss_mb')
    return {
      plainjob: tally.ratio('peak_rss_mb', 'jobyard', 'plainjob'),
      floor: tally.ratio('peak_rss_mb', 'jobyard', 'floor'),
      limit: peak === undefined ? undefined : peak / LIMIT_MB,
    }
  },
}
