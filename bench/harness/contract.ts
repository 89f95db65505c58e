/**
 * What the harness asks of a contender. Each contender (our engine, a peer, a floor) is a script
 * of its own that runs in a process of its own, so that none pays for another's heap or event loop.
 * It answers the calls that it can (`serve` in serve.ts); a figure is only given once it is proved.
 */
import { z } from 'zod'

/** Answer of every call: figures, and now and then a text that the next call needs. */
export const replySchema = z.record(z.string(), z.union([z.number(), z.string(), z.array(z.string())]))
export type Reply = z.infer<typeof replySchema>

/**
 * `work`: submit `jobs` no-op module jobs in bulk, run them all in `workers` processes, close, and read
 * every result and attempt back from the closed database. Job number i (from 0) has the input `{"n": i}`, the result
 * `{"n": i}` and the priority `i % priorities`. Worker processes are up before the clock starts.
 * Answers `jobs_per_s` (first submit call to last end on disk).
 */
export const workInput = z.object({
  directory: z.string(),
  jobs: z.number().int().positive(),
  workers: z.number().int().positive(),
  priorities: z.number().int().positive(),
})

/** `open`: be ready to take single jobs (`once`) or slices (`slice`), with `workers` processes, none where 0. */
export const openInput = z.object({ directory: z.string(), workers: z.number().int().nonnegative() })

/** `once`: submit one no-op module job and wait for its end. Answers `latency_ms`. */
export const onceInput = z.object({ n: z.number().int().nonnegative() })

/**
 * `slice`: add `jobs` more jobs in bulk to the open queue, which no worker empties. Answers `rows_per_s` (jobs each
 * second, all on disk), and, from our engine, `database` (the file) and `tables` (those that a submit writes a row
 * of each job to, with the column of the job's id: `jobs.id`).
 */
export const sliceInput = z.object({ jobs: z.number().int().positive() })

/** `commands`: run `/bin/true` `jobs` times, two at a time, output captured. Answers `jobs_per_s`. */
export const commandsInput = z.object({ directory: z.string(), jobs: z.number().int().positive() })

/**
 * `output`: run `jobs` flood jobs (jobs/flood.ts) at once for `seconds`, all together at `bytes_per_s`, then check the
 * stored output with `FloodCheck`. Answers `bytes_per_s`, `bytes`, `loop_p99_ms` (owner's event loop delay) and `loop_max_ms`.
 */
export const outputInput = z.object({
  directory: z.string(),
  jobs: z.number().int().positive(),
  seconds: z.number().positive(),
  bytes_per_s: z.number().positive(),
})

/** `backlog`: queue `jobs` jobs that nothing works on. Answers `rss_mb` (at the end) and `peak_rss_mb` of the owner process. */
export const backlogInput = z.object({ directory: z.string(), jobs: z.number().int().positive() })

/**
 * `preview`: read a job file of `jobs` jobs as the sheet of a drop does. Answers `first_page_ms` and `whole_ms`.
 * `readMemory`: read all of it and keep nothing. Answers `reader_mb`, by which the process grew.
 */
export const fileInput = z.object({ file: z.string(), jobs: z.number().int().positive() })

/**
 * `expand`: queue the jobs of a file, then the same jobs from memory in another data directory. Answers `submit_per_s` and
 * `bulk_per_s`.
 */
export const expandInput = fileInput.extend({
  directory: z.string(),
  cold_directory: z.string(),
  bulk_directory: z.string(),
})

/** Number named `key` of a reply. */
export function numberOf(reply: Reply, key: string): number {
  return z.number().parse(reply[key], { error: () => `The contender did not answer ${key}` })
}
