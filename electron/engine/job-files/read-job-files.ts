import type { Worker } from 'node:worker_threads'
import { deserialiseError, JobyardError, missingCase } from '../../../shared/errors.ts'
import type { RecipeUse } from '../recipes/recipe-drop.ts'
import type { FindJobs } from './drop-names.ts'
import { fromJobFileThreadSchema } from './job-file-protocol.ts'
import type { FromJobFileThread, ReadOrder, ToJobFileThread } from './job-file-protocol.ts'
import type { JobFilesRead } from './read-drop.ts'
import { keepReader, takeReader } from './reader-threads.ts'
import { unpackWritten } from '../store/written-columns.ts'
import type { WrittenJob } from '../store/written-job.ts'

export interface ReadJobFilesOptions {
  /** Files and folders, relative ones to `cwd`. */
  readonly paths: readonly string[]
  readonly cwd: string
  /** Read folders inside folders too. */
  readonly recursive: boolean
  /** Where contents of scripts are stored; null: a preview, nothing is stored. */
  readonly script_dir: string | null
  /** What the paths are data for; missing: they are job files. Folders are then read to the bottom. */
  readonly recipe?: RecipeUse
  /** Only so many jobs are wanted; the rest is read for its faults, and counted. */
  readonly wanted?: number
  /** Knows the jobs that were queued before, for needs by id. */
  readonly findJobs: FindJobs
  /** Path of job-file-thread.ts, or of what was built of it. */
  readonly entry: string
  /**
   * Takes jobs in order, in batches of at most 512, more only where needs on later jobs keep them together. The next
   * batch comes when the promise is resolved; a few are read ahead. The index of a need counts over all batches.
   */
  readonly onJobs: (jobs: readonly WrittenJob[]) => Promise<void>
  readonly signal?: AbortSignal
}

export type { JobFilesRead }

/**
 * Reads job files in a thread of their own. Faults in them are not thrown but returned, after all was read; the good
 * jobs have been handed to `onJobs` then, and it is up to the caller to keep them.
 * @throws what `onJobs` throws; the reason of `signal`; JobyardError BAD_INPUT where a file cannot be read without
 * exhausting memory
 */
export async function readJobFiles(options: ReadJobFilesOptions): Promise<JobFilesRead> {
  options.signal?.throwIfAborted()
  const { paths, cwd, recursive, script_dir, wanted, recipe } = options
  const order: ReadOrder = {
    paths: [...paths],
    ...{ cwd, recursive, script_dir, env: { ...process.env } },
    ...(wanted === undefined ? {} : { wanted }),
    ...(recipe === undefined ? {} : { recipe }),
  }
  const thread = takeReader(options.entry)
  const conversation = new Conversation(thread, options)
  try {
    conversation.say({ type: 'read', order })
    const read = await conversation.result
    conversation.close()
    await keepReader(options.entry, thread)
    return read
  } catch (error) {
    conversation.close()
    await thread.terminate()
    throw error
  }
}

/** What is said with one thread about one order. */
class Conversation {
  readonly result: Promise<JobFilesRead>
  /** To be called when it is over: the thread may be given another order. */
  close!: () => void
  readonly #thread: Worker
  readonly #onJobs: ReadJobFilesOptions['onJobs']
  readonly #findJobs: FindJobs
  #taking: Promise<void> = Promise.resolve()
  #file: string | null = null

  constructor(thread: Worker, { onJobs, findJobs, signal }: ReadJobFilesOptions) {
    this.#thread = thread
    this.#findJobs = findJobs
    this.#onJobs = onJobs
    this.result = new Promise((resolve, reject) => {
      const abort = (): void => {
        reject(
          signal?.reason instanceof Error
            ? signal.reason
            : new DOMException('Reading was stopped.', 'AbortError'),
        )
      }
      const hear = (message: unknown): void => {
        const parsed = fromJobFileThreadSchema.safeParse(message)
        if (parsed.success) this.#listen(parsed.data, resolve, reject)
        else reject(this.#died(parsed.error))
      }
      const fail = (error: unknown): void => {
        reject(this.#died(error))
      }
      const exit = (code: number): void => {
        // After `done` or `failed` this comes too late to matter.
        void this.#taking.then(() => {
          reject(this.#died(new Error(`exit code ${code}`)))
        }, reject)
      }
      signal?.addEventListener('abort', abort, { once: true })
      thread.on('message', hear).on('error', fail).on('exit', exit)
      this.close = () => {
        signal?.removeEventListener('abort', abort)
        thread.off('message', hear).off('error', fail).off('exit', exit)
      }
    })
  }

  #listen(
    message: FromJobFileThread,
    resolve: (read: JobFilesRead) => void,
    reject: (error: unknown) => void,
  ): void {
    switch (message.type) {
      case 'file':
        this.#file = message.file
        return
      case 'jobs':
        this.#taking = this.#taking.then(() => this.#take(unpackWritten(message.jobs)))
        this.#taking.catch(reject)
        return
      case 'find':
        this.#find(message.ids).catch(reject)
        return
      case 'done':
        this.#taking.then(() => {
          resolve(message.read)
        }, reject)
        return
      case 'failed':
        reject(deserialiseError(message.error))
        return
      default:
        missingCase(message)
    }
  }

  async #take(jobs: readonly WrittenJob[]): Promise<void> {
    await this.#onJobs(jobs)
    this.say({ type: 'taken' })
  }

  async #find(ids: readonly number[]): Promise<void> {
    this.say({ type: 'found', ids: [...(await this.#findJobs(ids))] })
  }

  say(message: ToJobFileThread): void {
    this.#thread.postMessage(message)
  }

  #died(cause: unknown): JobyardError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const where = this.#file === null ? '' : ` at ${this.#file}`
    const isTooMuch = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
    return new JobyardError(
      isTooMuch ? 'BAD_INPUT' : 'INTERNAL',
      `Reading the job files failed${where} (${reason}). Take that file out, or make it smaller.`,
      { cause },
    )
  }
}
