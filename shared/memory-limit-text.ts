import { formatByteSize } from './byte-size.ts'
import { formatDuration } from './duration.ts'
import type { MemoryLimit } from './job-spec.ts'

/** For a person: `up to 4 GiB, or more for less than 2s`. */
export function memoryLimitText({ max_bytes, sustain_ms }: MemoryLimit): string {
  const limit = `up to ${formatByteSize(max_bytes)}`
  return sustain_ms === 0 ? limit : `${limit}, or more for less than ${formatDuration(sustain_ms)}`
}
