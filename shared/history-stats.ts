import type { Cause } from './job.ts'

/** Jobs that ended in one span of time. Durations are of their last attempts. */
export interface HistoryBucket {
  readonly from_ms: number
  readonly succeeded: number
  readonly failed: number
  readonly cancelled: number
  readonly p50_ms: number | null
  readonly p95_ms: number | null
}

export interface HistoryStats {
  readonly bucket_ms: number
  readonly buckets: readonly HistoryBucket[]
  /** Of failed and interrupted jobs, most frequent first. */
  readonly causes: readonly { readonly cause: Cause; readonly count: number }[]
}
