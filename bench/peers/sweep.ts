/**
 * Looks for the settings at which the peers do best, one change at a time from the best known: `npm run sweep --prefix bench`.
 * What it finds stands in plainjob-settings.ts, bullmq-process.ts and the README.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { ask, ContenderProcess } from '../harness/contender.ts'
import { BULLMQ, PLAINJOB } from '../harness/contenders.ts'
import { numberOf } from '../harness/contract.ts'
import { Scratch } from '../harness/scratch.ts'
import { interleave, Tally } from '../harness/tally.ts'
import { findProgram } from '../harness/tools.ts'
import { BEST_SETTINGS, DEFAULT_SETTINGS, type Settings } from './plainjob-settings.ts'

const LIMIT = { rounds: 3, budget_ms: 120_000 }
const PLAINJOB_JOBS = 20_000
const WORKERS = 2
const IDLE_SAMPLES = 200
const IDLE_GAP_MS = 5

const PLAINJOB_VARIANTS: Readonly<Record<string, Settings>> = {
  'plainjob defaults': DEFAULT_SETTINGS,
  'plainjob best': BEST_SETTINGS,
  ...variants('poll_ms', [10, 1000]),
  ...variants('wal_autocheckpoint', [1000, 5000, 100_000]),
  ...variants('cache_kib', [16_000]),
  ...variants('page_size', [512, 2048, 4096, 8192]),
  ...variants('mmap_mib', [256]),
}

const BULLMQ_VARIANTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'bullmq best': {},
  'bullmq transport tcp': { transport: 'tcp' },
  'bullmq concurrency 10': { concurrency: 10 },
  'bullmq removeOnComplete': { remove: true },
}

const scratch = new Scratch()
const tally = new Tally()
try {
  await interleave(tally, LIMIT, sweepPlainjob)
  if (findProgram('redis-server') === undefined)
    console.log('bullmq is not swept: redis-server is not installed')
  else await sweepBullmq()
} finally {
  scratch.remove()
}
for (const line of tally.table()) console.log(line)

function variants(setting: keyof Settings, values: readonly number[]): Record<string, Settings> {
  return Object.fromEntries(
    values.map((value) => [`plainjob ${setting} ${String(value)}`, { ...BEST_SETTINGS, [setting]: value }]),
  )
}

async function sweepPlainjob(): Promise<void> {
  for (const [name, settings] of Object.entries(PLAINJOB_VARIANTS)) {
    const directory = scratch.folder('plainjob')
    const input = { directory, jobs: PLAINJOB_JOBS, workers: WORKERS, priorities: 1, settings }
    tally.add(name, { jobs_per_s: numberOf(await ask(PLAINJOB, 'work', input), 'jobs_per_s') })
    scratch.discard(directory)
  }
}

async function sweepBullmq(): Promise<void> {
  const open = Object.entries(BULLMQ_VARIANTS).map(([name, settings]) => ({
    name,
    settings,
    child: new ContenderProcess(BULLMQ),
  }))
  try {
    for (const { child, settings } of open) {
      await child.call('open', { directory: scratch.folder('bullmq'), workers: 1, ...settings })
    }
    for (let n = 0; n < IDLE_SAMPLES; n++) {
      for (const { name, child } of open) {
        tally.add(name, { latency_ms: numberOf(await child.call('once', { n }), 'latency_ms') })
        await delay(IDLE_GAP_MS)
      }
    }
  } finally {
    await Promise.all(open.map(({ child }) => child.close()))
  }
}
