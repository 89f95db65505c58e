/** `npm run bench -- NAME [--json] [--dir DIR]`: measures one thing against peers and floors. See bench/README.md. */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { backlog } from './benches/backlog.ts'
import { command } from './benches/command.ts'
import { expand } from './benches/expand.ts'
import { idle } from './benches/idle.ts'
import { noop } from './benches/noop.ts'
import { output } from './benches/output.ts'
import { priorities } from './benches/priorities.ts'
import { submit } from './benches/submit.ts'
import type { Bench } from './harness/bench.ts'
import { subject } from './harness/contenders.ts'
import { Scratch } from './harness/scratch.ts'
import { significant } from './harness/stats.ts'
import { Tally } from './harness/tally.ts'
import { missingPackages } from './harness/tools.ts'
import { renderer } from './renderer/renderer.ts'

const BENCHES: readonly Bench[] = [noop, submit, idle, command, output, priorities, backlog, expand, renderer]
const EXIT_BAD_USE = 2
const EXIT_INTERRUPTED = 130

process.exitCode = await main()

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, dir: { type: 'string' } },
  })
  const bench = BENCHES.find(({ name }) => name === positionals[0])
  if (!bench || positionals.length !== 1) return tellUse()
  const missing = missingPackages(bench.peers)
  if (missing.length > 0) {
    console.error(
      `${bench.name} measures against ${missing.join(', ')}. Install the peers first: npm ci --prefix bench`,
    )
    return EXIT_BAD_USE
  }
  const scratch = new Scratch(values.dir)
  process.once('SIGINT', () => {
    scratch.remove()
    process.exit(EXIT_INTERRUPTED)
  })
  try {
    await measure(bench, scratch, values.json)
  } finally {
    scratch.remove()
  }
  return 0
}

async function measure(bench: Bench, scratch: Scratch, json: boolean): Promise<void> {
  const tally = new Tally()
  const notes: string[] = []
  const contender = subject()
  if (!contender)
    notes.push('jobyard is not measured: bench/subject/process.ts, which drives the engine, is not there')
  if (scratch.inMemory())
    notes.push('the files are on a memory disk, where a sync costs nothing: use --dir DIR for a real one')
  const found = await bench.run({ subject: contender, scratch, tally, note: (text) => notes.push(text) })
  const ratios: Record<string, number> = {}
  for (const [name, ratio] of Object.entries(found))
    if (ratio !== undefined) ratios[name] = significant(ratio)
  if (json) {
    console.log(JSON.stringify({ bench: bench.name, figures: { ...tally.figures(), notes }, ratios }))
    return
  }
  console.log(`${bench.name}: ${bench.shows}\n`)
  for (const line of tally.table()) console.log(line)
  for (const [name, ratio] of Object.entries(ratios)) console.log(`ratio ${name}: ${String(ratio)}`)
  for (const text of notes) console.log(`note: ${text}`)
}

function tellUse(): number {
  console.error('Say what to measure: npm run bench -- NAME [--json] [--dir DIR]')
  for (const { name, shows } of BENCHES) console.error(`  ${name.padEnd(11)} ${shows}`)
  return EXIT_BAD_USE
}
