import { z } from 'zod'
import type { Bench, BenchContext } from '../harness/bench.ts'
import { ask, ContenderProcess } from '../harness/contender.ts'
import { RAW_INSERT } from '../harness/contenders.ts'
import { numberOf, type Reply } from '../harness/contract.ts'
import { median } from '../harness/stats.ts'
import { interleave, type Tally } from '../harness/tally.ts'

const SLICE_JOBS = 100_000
const SLICES = 10
const TO_THE_END = { rounds: SLICES, budget_ms: Number.POSITIVE_INFINITY }
/** How many slices at each end are compared to see whether the rate stays the same. */
const END_SLICES = 3

/** Where the rows to insert come from. */
const sourceSchema = z.object({ database: z.string(), tables: z.array(z.string()) })

/** The same rows into the same tables, with their indexes (the floor) and, to show what those cost, without. */
const COPIES = [
  { name: 'floor', indexes: true },
  { name: 'floor_no_indexes', indexes: false },
]

/** Bulk submit from an empty queue to a million, in slices; after each of ours the floor inserts the rows it made. */
export const submit: Bench = {
  name: 'submit',
  shows: 'bulk submit from an empty queue to 1,000,000 jobs: against the raw batched insert of the same rows',
  peers: [],
  async run(context) {
    const { tally } = context
    const copies: Copy[] = COPIES.map(({ name, indexes }) => ({
      name,
      indexes,
      child: new ContenderProcess(RAW_INSERT),
      open: false,
    }))
    const own = context.subject ? new ContenderProcess(context.subject) : null
    try {
      const next = own ? await submitting(own, context) : await copying(context)
      await interleave(tally, TO_THE_END, async () => {
        const source = sourceSchema.parse(await next())
        for (const copy of copies) await copySlice(copy, source, context)
      })
    } finally {
      const children = copies.map(({ child }) => child)
      if (own) children.push(own)
      await Promise.all(children.map((child) => child.close()))
    }
    return {
      floor: tally.ratio('rows_per_s', 'jobyard', 'floor'),
      floor_no_indexes: tally.ratio('rows_per_s', 'jobyard', 'floor_no_indexes'),
      last_to_first: lastToFirst(tally, 'jobyard'),
      floor_last_to_first: lastToFirst(tally, 'floor'),
    }
  },
}

interface Copy {
  readonly name: string
  readonly indexes: boolean
  readonly child: ContenderProcess
  open: boolean
}

/** Each call submits a slice to our engine and answers where its rows are. */
async function submitting(
  own: ContenderProcess,
  { scratch, tally }: BenchContext,
): Promise<() => Promise<Reply>> {
  await own.call('open', { directory: scratch.folder('jobyard'), workers: 0 })
  return async () => {
    const reply = await own.call('slice', { jobs: SLICE_JOBS })
    tally.add('jobyard', { rows_per_s: numberOf(reply, 'rows_per_s') })
    return reply
  }
}

/** Without an engine the floor inserts job rows of its own kind. */
async function copying({ scratch }: BenchContext): Promise<() => Promise<Reply>> {
  const seed = await ask(RAW_INSERT, 'seed', { directory: scratch.folder('seed'), jobs: SLICE_JOBS * SLICES })
  return () => Promise.resolve(seed)
}

async function copySlice(
  copy: Copy,
  source: z.infer<typeof sourceSchema>,
  { scratch, tally }: BenchContext,
): Promise<void> {
  if (!copy.open) {
    await copy.child.call('open', { directory: scratch.folder(copy.name), indexes: copy.indexes, ...source })
    copy.open = true
  }
  const reply = await copy.child.call('slice', { jobs: SLICE_JOBS })
  tally.add(copy.name, { rows_per_s: numberOf(reply, 'rows_per_s') })
}

/** Rate of the last slices over that of the first: 1 is flat. */
function lastToFirst(tally: Tally, contender: string): number | undefined {
  const values = tally.values(contender, 'rows_per_s')
  if (values.length < SLICES) return undefined
  return median(values.slice(-END_SLICES)) / median(values.slice(0, END_SLICES))
}
