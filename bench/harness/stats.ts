export const BYTES_PER_MB = 1_000_000

/** Middle value; the mean of the middle two for an even count. Throws on an empty list: a missing figure must not look like 0. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** Value at `share` (0..1) of the sorted list, interpolated between neighbours. Throws on an empty list. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)]
  const above = sorted[Math.ceil(at)]
  if (below === undefined || above === undefined) throw new Error('No values to take a percentile of')
  return below + (above - below) * (at - Math.floor(at))
}

/** Rounds to four significant digits: more than that is noise in every figure here. */
export function significant(value: number): number {
  return Number(value.toPrecision(4))
}

/** Units per second of `count` things that took `duration_ms`. */
export function perSecond(count: number, duration_ms: number): number {
  return (count * 1000) / duration_ms
}
