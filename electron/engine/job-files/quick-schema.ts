import type { z } from 'zod'
import { jobEntrySchema, jobSchemaOfKeys, singleJobSchema } from '../../../shared/job-file.ts'
import type { JobEntry } from '../../../shared/job-file.ts'
import { isPlainJob } from '../../../shared/job-file-keys.ts'

/** Sets of keys that are remembered. */
const MAX_KNOWN = 64

/**
 * The schema of a job, for files of many. zod looks at every key that it knows, there or not, and at each rule between
 * them, which for a short job is most of the work. The rules depend on nothing but which keys there are: so when a job
 * has passed, others with the same keys are given a schema of just those. What does not pass is told by the whole one.
 */
class QuickJobSchema {
  readonly #whole: z.ZodType<JobEntry>
  readonly #of_keys = new Map<string, z.ZodType<JobEntry>>()

  constructor(whole: z.ZodType<JobEntry>) {
    this.#whole = whole
  }

  plain(value: unknown): JobEntry | null {
    return isPlainJob(value) ? value : null
  }

  safeParse(value: unknown): z.ZodSafeParseResult<JobEntry> {
    if (typeof value !== 'object' || value === null) return this.#whole.safeParse(value)
    const keys = Object.keys(value)
    const id = keys.join('\n')
    const quick = this.#of_keys.get(id)?.safeParse(value)
    if (quick?.success === true) return quick
    const parsed = this.#whole.safeParse(value)
    if (parsed.success && quick === undefined && this.#of_keys.size < MAX_KNOWN) {
      this.#of_keys.set(id, jobSchemaOfKeys(keys))
    }
    return parsed
  }
}

/** A job of a file of many. */
export const quickJobEntry = new QuickJobSchema(jobEntrySchema)
/** A line, or a file, that is one job. */
export const quickSingleJob = new QuickJobSchema(singleJobSchema)
