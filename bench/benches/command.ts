import type { Bench, BenchContext } from '../harness/bench.ts'
import { ask } from '../harness/contender.ts'
import { SPAWNERS } from '../harness/contenders.ts'
import { numberOf } from '../harness/contract.ts'
import { interleave } from '../harness/tally.ts'
import { findProgram } from '../harness/tools.ts'
import { parallel, xargs } from '../peers/command-lines.ts'

const JOBS = 3_000
/** GNU parallel is slower; enough that its start (a tenth of a second of Perl) weighs little. */
const PARALLEL_JOBS = 600
const LIMIT = { rounds: 5, budget_ms: 45_000 }

/** Command jobs: /bin/true, output captured, two at a time. */
export const command: Bench = {
  name: 'command',
  shows:
    'command jobs a second (/bin/true): against two bare forked spawners, GNU parallel --joblog and xargs -P2',
  peers: [],
  async run(context) {
    const { subject, scratch, tally } = context
    const contenders = subject ? [subject, SPAWNERS] : [SPAWNERS]
    const lines = commandLines(context)
    await interleave(tally, LIMIT, async () => {
      const directory = scratch.folder('command')
      for (const contender of contenders) {
        const reply = await ask(contender, 'commands', {
          directory: scratch.folder(contender.name),
          jobs: JOBS,
        })
        tally.add(contender.name, { jobs_per_s: numberOf(reply, 'jobs_per_s') })
      }
      for (const line of lines) tally.add(line.name, { jobs_per_s: await line.run(directory) })
      scratch.discard(directory)
    })
    return {
      floor: tally.ratio('jobs_per_s', 'jobyard', 'floor'),
      parallel: tally.ratio('jobs_per_s', 'jobyard', 'parallel_joblog'),
      xargs: tally.ratio('jobs_per_s', 'jobyard', 'xargs_P2'),
      floor_to_parallel: tally.ratio('jobs_per_s', 'floor', 'parallel_joblog'),
      floor_to_xargs: tally.ratio('jobs_per_s', 'floor', 'xargs_P2'),
    }
  },
}

function commandLines({ note }: BenchContext): { name: string; run(directory: string): Promise<number> }[] {
  const xargsProgram = findProgram('xargs')
  const parallelProgram = findProgram('parallel')
  if (xargsProgram === undefined)
    note('xargs is not measured: it is not installed (Debian: apt-get install findutils)')
  if (parallelProgram === undefined) {
    note('GNU parallel is not measured: it is not installed (Debian: apt-get install parallel)')
  }
  return [
    ...(xargsProgram === undefined ? [] : [{ name: 'xargs_P2', run: () => xargs(xargsProgram, JOBS) }]),
    ...(parallelProgram === undefined
      ? []
      : [
          {
            name: 'parallel_joblog',
            run: (directory: string) => parallel(parallelProgram, directory, PARALLEL_JOBS),
          },
        ]),
  ]
}
