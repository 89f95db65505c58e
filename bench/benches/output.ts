import type { Bench } from '../harness/bench.ts'
import { ask } from '../harness/contender.ts'
import { CAPTURE } from '../harness/contenders.ts'
import { numberOf, type Reply } from '../harness/contract.ts'
import { BYTES_PER_MB } from '../harness/stats.ts'
import { interleave } from '../harness/tally.ts'

const FLOOD = { jobs: 4, bytes_per_s: 50 * BYTES_PER_MB }
const SUBJECT_SECONDS = 30
const FLOOR_SECONDS = 8
const LOOP_P99_LIMIT_MS = 20

/** Four jobs that print 50 MB/s together for 30 seconds; every stored byte is compared with what was printed. */
export const output: Bench = {
  name: 'output',
  shows:
    '30 s of output at 50 MB/s from 4 jobs: nothing lost or out of order, and how late the owner loop gets',
  peers: [],
  async run({ subject, scratch, tally }) {
    await interleave(tally, { rounds: 1, budget_ms: 0 }, async () => {
      if (subject) {
        const directory = scratch.folder(subject.name)
        const reply = await ask(subject, 'output', { directory, ...FLOOD, seconds: SUBJECT_SECONDS })
        tally.add(subject.name, figuresOf(reply))
        scratch.discard(directory)
      }
      const directory = scratch.folder(CAPTURE.name)
      const reply = await ask(CAPTURE, 'output', { directory, ...FLOOD, seconds: FLOOR_SECONDS })
      tally.add(CAPTURE.name, figuresOf(reply))
      scratch.discard(directory)
    })
    const loop_p99_ms = tally.median('jobyard', 'loop_p99_ms')
    return {
      floor: tally.ratio('mb_per_s', 'jobyard', 'floor'),
      loop_p99_to_floor: tally.ratio('loop_p99_ms', 'jobyard', 'floor'),
      loop_p99_to_limit: loop_p99_ms === undefined ? undefined : loop_p99_ms / LOOP_P99_LIMIT_MS,
    }
  },
}

function figuresOf(reply: Reply): Record<string, number> {
  return {
    mb_per_s: numberOf(reply, 'bytes_per_s') / BYTES_PER_MB,
    loop_p99_ms: numberOf(reply, 'loop_p99_ms'),
    loop_max_ms: numberOf(reply, 'loop_max_ms'),
  }
}
