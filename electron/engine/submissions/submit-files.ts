import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import type { JobFilesRead } from '../job-files/read-job-files.ts'
import type { LeftFiles, LeftOut } from '../../../shared/drop.ts'
import type { TakenFiles } from '../store/store-records.ts'
import type { DoneBefore } from './done-before.ts'
import type { WrittenJob } from '../store/written-job.ts'
import type { Submission, SubmissionWriter } from './submitter.ts'

export interface SubmitFilesOptions {
  readonly engine: { openSubmission(label: string): SubmissionWriter }
  /** Reads the job files, off this thread; hands over jobs in the order of the submission and waits for each answer. */
  readonly read: (onJobs: (jobs: readonly WrittenJob[]) => Promise<void>) => Promise<JobFilesRead>
  /** For people: what the submission is called. */
  readonly label: string
  /** Keep the good jobs where others have faults. */
  readonly skip_bad: boolean
  /** Files of a watch folder that the jobs are of. */
  readonly takes?: TakenFiles
  /** What has succeeded before, or waits, and is left out; missing: nothing is. */
  readonly done?: DoneBefore | null
}

/** Batches of the reader that go to disk together: each sync costs about as much as a few hundred jobs. */
const BATCHES_TOGETHER = 4

/** Puts batches of the reader together. What is gathered stays as bounded as they are. */
class Chunks {
  readonly #writer: SubmissionWriter
  #gathered: WrittenJob[] = []
  #batches = 0

  constructor(writer: SubmissionWriter) {
    this.#writer = writer
  }

  async add(jobs: readonly WrittenJob[]): Promise<void> {
    for (const job of jobs) this.#gathered.push(job)
    this.#batches += 1
    if (this.#batches >= BATCHES_TOGETHER) await this.flush()
  }

  async flush(): Promise<void> {
    const jobs = this.#gathered
    this.#gathered = []
    this.#batches = 0
    await this.#writer.add(jobs)
  }
}

export interface FilesSubmitted {
  /** null: nothing was queued, because of the faults or because there were no jobs. */
  readonly submission: Submission | null
  /** The first faults, in order. */
  readonly problems: readonly JobFileProblem[]
  readonly problem_count: number
  /** Missing: nobody asked for what was done before. */
  readonly left_out?: LeftOut
  /** Files whose outputs exist; missing: nothing was dropped on a recipe. */
  readonly left_files?: LeftFiles
  /** The waiting ones that stand for jobs that were left out: their submissions by their ids. */
  readonly waiting_jobs?: ReadonlyMap<number, number>
}

/**
 * Reads job files and queues their jobs as one submission, streamed, so that its size is no matter: all of them, or
 * nothing where there is a fault (with `skip_bad`: all that are good). Nothing of it runs before all of it is on disk.
 * @throws what `read` throws, with nothing queued
 */
export async function submitFiles(options: SubmitFilesOptions): Promise<FilesSubmitted> {
  const { done = null } = options
  const writer = options.engine.openSubmission(options.label)
  try {
    const chunks = new Chunks(writer)
    const { count, problems, problem_count, left_files } = await options.read((jobs) =>
      chunks.add(done === null ? jobs : done.take(jobs)),
    )
    await chunks.flush()
    const told = { problems, problem_count, ...(left_files === undefined ? {} : { left_files }) }
    const wanted = count > 0 && (problem_count === 0 || options.skip_bad)
    if (wanted) {
      const submitted = {
        submission: await writer.complete(options.takes === undefined ? {} : { takes: options.takes }),
        ...told,
      }
      return done === null ? submitted : { ...submitted, left_out: done.count, waiting_jobs: done.waiting }
    }
    await writer.abort()
    return { submission: null, ...told }
  } catch (error) {
    await writer.abort()
    throw error
  }
}
