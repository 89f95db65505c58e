import type { Contender } from './contender.ts'
import type { Scratch } from './scratch.ts'
import type { Tally } from './tally.ts'

/** What a bench gets to work with. */
export interface BenchContext {
  /** Our engine; null while `bench/subject/process.ts` does not exist, then peers and floors are measured alone. */
  readonly subject: Contender | null
  readonly scratch: Scratch
  readonly tally: Tally
  /** Tells what could not be measured, or under which conditions. */
  readonly note: (text: string) => void
}

export interface Bench {
  readonly name: string
  /** One line for the list of benches. */
  readonly shows: string
  /** Packages of bench/package.json without which it cannot run. */
  readonly peers: readonly string[]
  /** Measures into `context.tally` and answers the ratios; those that could not be measured are undefined. */
  run(context: BenchContext): Promise<Readonly<Record<string, number | undefined>>>
}
