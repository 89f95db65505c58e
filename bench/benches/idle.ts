import { setTimeout as delay } from 'node:timers/promises'
import type { Bench } from '../harness/bench.ts'
import { ContenderProcess, type Contender } from '../harness/contender.ts'
import { BULLMQ, FLOOR } from '../harness/contenders.ts'
import { numberOf } from '../harness/contract.ts'
import { percentile } from '../harness/stats.ts'
import type { Tally } from '../harness/tally.ts'
import { findProgram } from '../harness/tools.ts'

const WARM_UP = 20
const SAMPLES = 500
/** Long enough that each contender is idle again before its next job. */
const GAP_MS = 10
const WORKERS = 2

/** Submit to finish of one job on an engine that has nothing else to do. */
export const idle: Bench = {
  name: 'idle',
  shows:
    'submit to finish of one job on an idle engine: against BullMQ on a Redis that syncs always, and the floor',
  peers: ['bullmq', 'ioredis', 'better-sqlite3'],
  async run({ subject, scratch, tally, note }) {
    const contenders: Contender[] = subject ? [subject] : []
    if (findProgram('redis-server') === undefined) {
      note('bullmq is not measured: redis-server is not installed (Debian: apt-get install redis-server)')
    } else contenders.push(BULLMQ)
    contenders.push(FLOOR)
    const open = contenders.map((contender) => ({
      name: contender.name,
      child: new ContenderProcess(contender),
    }))
    try {
      for (const { name, child } of open)
        await child.call('open', { directory: scratch.folder(name), workers: WORKERS })
      await sample(open, tally)
    } finally {
      await Promise.all(open.map(({ child }) => child.close()))
    }
    for (const { name } of open)
      tally.add(name, { latency_p99_ms: percentile(tally.values(name, 'latency_ms'), 0.99) })
    return {
      bullmq: tally.ratio('latency_ms', 'jobyard', 'bullmq'),
      floor: tally.ratio('latency_ms', 'jobyard', 'floor'),
      floor_to_bullmq: tally.ratio('latency_ms', 'floor', 'bullmq'),
    }
  },
}

/** One job of each in turn, so that whatever else the machine does hits all alike. */
async function sample(
  open: readonly { name: string; child: ContenderProcess }[],
  tally: Tally,
): Promise<void> {
  for (let n = 0; n < WARM_UP + SAMPLES; n++) {
    for (const { name, child } of open) {
      const latency_ms = numberOf(await child.call('once', { n }), 'latency_ms')
      if (n >= WARM_UP) tally.add(name, { latency_ms })
      await delay(GAP_MS)
    }
  }
}
