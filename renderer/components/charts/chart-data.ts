import type uPlot from 'uplot'

/** One line or one part of each bar. */
export interface ChartSeries {
  readonly label: string
  /** Its colour: a custom property of the theme. */
  readonly token: string
  /** One for each bucket; null: nothing there. */
  readonly values: readonly (number | null)[]
}

/** As uPlot takes it. Bars are summed from the first series up, and stand the other way round: the tallest is drawn first. */
export function alignedData(
  times_ms: readonly number[],
  series: readonly ChartSeries[],
  kind: 'bars' | 'lines',
): uPlot.AlignedData {
  const xs = [...times_ms]
  if (kind === 'lines') return [xs, ...series.map(({ values }) => [...values])]
  const sums = xs.map(() => 0)
  const stacked = series.map(({ values }) =>
    sums.map((sum, at) => {
      const own = values[at] ?? 0
      sums[at] = sum + own
      // Of a part that is not there, not even a hair is to be seen behind the others.
      return own === 0 ? null : sum + own
    }),
  )
  return [xs, ...stacked.toReversed()]
}

const DAY_MS = 86_400_000
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const seconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** Labels of an axis: times of day, or days where they are further apart; midnight shows its day. */
export function timeLabels(times_ms: readonly number[]): string[] {
  const step_ms = (times_ms[1] ?? 0) - (times_ms[0] ?? 0)
  return times_ms.map((at_ms) => {
    const is_midnight = new Date(at_ms).getHours() === 0 && new Date(at_ms).getMinutes() === 0
    if (step_ms >= DAY_MS || (is_midnight && step_ms >= 60_000)) return day.format(at_ms)
    return step_ms < 60_000 && step_ms > 0 ? seconds.format(at_ms) : clock.format(at_ms)
  })
}
