import { loadavg } from 'node:os'
import { performance } from 'node:perf_hooks'
import { median, significant } from './stats.ts'

const CANARY_LOOPS = 20_000_000

/** Gathers the figures of all rounds; what is reported is the median of each. */
export class Tally {
  readonly #samples = new Map<string, Map<string, number[]>>()

  add(contender: string, figures: Readonly<Record<string, number>>): void {
    const own = this.#samples.get(contender) ?? new Map<string, number[]>()
    this.#samples.set(contender, own)
    for (const [figure, value] of Object.entries(figures))
      own.set(figure, [...(own.get(figure) ?? []), value])
  }

  /** All values of a figure in the order in which they were added; empty when it was not measured. */
  values(contender: string, figure: string): readonly number[] {
    return this.#samples.get(contender)?.get(figure) ?? []
  }

  /** Median over the rounds, or nothing when it was not measured. */
  median(contender: string, figure: string): number | undefined {
    const values = this.values(contender, figure)
    return values.length === 0 ? undefined : median(values)
  }

  /** Median of one contender over that of another; nothing when either was not measured. */
  ratio(figure: string, contender: string, to: string): number | undefined {
    const own = this.median(contender, figure)
    const other = this.median(to, figure)
    return own === undefined || other === undefined ? undefined : own / other
  }

  /** Contender → figure → median. */
  figures(): Record<string, Record<string, number>> {
    const all: Record<string, Record<string, number>> = {}
    for (const [contender, figures] of this.#samples) {
      all[contender] = Object.fromEntries(
        [...figures].map(([name, values]) => [name, significant(median(values))]),
      )
    }
    return all
  }

  /** One line for each figure: median and, of several values, the lowest and the highest. */
  table(): string[] {
    const rows = [...this.#samples].flatMap(([contender, figures]) =>
      [...figures].map(([figure, values]) => ({ contender, figure, values })),
    )
    const width = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length))
    const contenders = width(rows.map(({ contender }) => contender))
    const figures = width(rows.map(({ figure }) => figure))
    return rows.map(
      ({ contender, figure, values }) =>
        `${contender.padEnd(contenders)}  ${figure.padEnd(figures)}  ${format(median(values)).padStart(9)}${spread(values)}`,
    )
  }
}

function spread(values: readonly number[]): string {
  if (values.length < 2) return ''
  return `  (${format(Math.min(...values))}..${format(Math.max(...values))}, n ${String(values.length)})`
}

function format(value: number): string {
  return significant(value).toLocaleString('en-US', { maximumSignificantDigits: 4 })
}

/**
 * Repeats `round` up to `rounds` times, fewer when another would go over `budget_ms`. Before each a fixed loop is timed:
 * where its figure (`machine.canary_ms`) wanders, something else was using the processor.
 */
export async function interleave(
  tally: Tally,
  limit: { readonly rounds: number; readonly budget_ms: number },
  round: (index: number) => Promise<void>,
): Promise<void> {
  const start = performance.now()
  for (let index = 0; index < limit.rounds; index++) {
    const spent = performance.now() - start
    if (index > 0 && spent + spent / index > limit.budget_ms) return
    tally.add('machine', { canary_ms: canary(), load1: loadavg()[0] ?? 0 })
    await round(index)
  }
}

function canary(): number {
  const start = performance.now()
  let value = 1
  for (let index = 0; index < CANARY_LOOPS; index++) value = (value * 31 + index) | 0
  const took = performance.now() - start
  return value === 0 ? took + Number.EPSILON : took
}
