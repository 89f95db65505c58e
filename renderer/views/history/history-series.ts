import type { HistoryBucket } from '../../../shared/history-stats.ts'
import type { ChartSeries } from '../../components/charts/chart-data.ts'

/** How jobs ended, as parts of bars. */
export function endSeries(buckets: readonly HistoryBucket[]): ChartSeries[] {
  return [
    { label: 'Succeeded', token: '--state-succeeded', values: buckets.map(({ succeeded }) => succeeded) },
    { label: 'Failed', token: '--state-failed', values: buckets.map(({ failed }) => failed) },
    { label: 'Cancelled', token: '--state-cancelled', values: buckets.map(({ cancelled }) => cancelled) },
  ]
}

/** How long jobs took, as lines. */
export function durationSeries(buckets: readonly HistoryBucket[]): ChartSeries[] {
  return [
    { label: '95% took at most', token: '--state-suspended', values: buckets.map(({ p95_ms }) => p95_ms) },
    { label: 'Half took at most', token: '--accent', values: buckets.map(({ p50_ms }) => p50_ms) },
  ]
}

export function totalsOf(
  buckets: readonly HistoryBucket[],
): Pick<HistoryBucket, 'succeeded' | 'failed' | 'cancelled'> {
  const sum = (pick: (bucket: HistoryBucket) => number): number =>
    buckets.reduce((total, bucket) => total + pick(bucket), 0)
  return {
    succeeded: sum(({ succeeded }) => succeeded),
    failed: sum(({ failed }) => failed),
    cancelled: sum(({ cancelled }) => cancelled),
  }
}

const DAY_MS = 86_400_000
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const seconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** `27 Nov, 14:00–15:30`: the time of one bucket. */
export function bucketTitle(from_ms: number, bucket_ms: number): string {
  const to_ms = from_ms + bucket_ms
  if (bucket_ms >= DAY_MS) return `${day.format(from_ms)}–${day.format(to_ms)}`
  const format = bucket_ms < 120_000 ? seconds : clock
  return `${day.format(from_ms)}, ${format.format(from_ms)}–${format.format(to_ms)}`
}
