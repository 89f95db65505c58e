import { Worker } from 'node:worker_threads'
import { deserialiseError, JobyardError } from '../../../shared/errors.ts'
import type { Unique } from '../../../shared/job-spec.ts'
import type { HistoryStats } from '../../../shared/history-stats.ts'
import type { AbortFlag, OutputMatches } from '../../../shared/ipc.ts'
import type { JobListQuery, JobPage } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import type { HistoryJob, JobDetails } from '../../../shared/status.ts'
import type {
  ExportPage,
  ExportQuery,
  FromHistoryThread,
  HistoryAnswer,
  HistoryAnswers,
  HistoryQuestion,
  HistoryThreadData,
  JobCount,
  OutputSearch,
  QuestionName,
  QuestionOf,
  StatsQuery,
  ToHistoryThread,
} from './history-protocol.ts'
import { LANE_COUNT, LANES } from './history-protocol.ts'
import { abandoned } from './history-steps.ts'
import type { KnownJobs } from './history-known.ts'
import { isSorted } from './sort-keys.ts'

/** A flag tells nobody that it was set: as long as somebody waits it is looked at. */
const FLAG_LOOK_MS = 20

/**
 * History read on a thread of its own, through a read-only connection of its own. Sees what is committed. Every method
 * takes a flag that abandons the question: it is then rejected with ABANDONED within some milliseconds, whatever the
 * thread does, and the thread ends that query at its next step. Other errors: DATA_CORRUPT, DATA_DIR_UNUSABLE (also where
 * no owner has made a database yet), ENGINE_CLOSED.
 */
export interface ThreadHistory {
  list(query: JobListQuery, signal?: AbortFlag): Promise<JobPage>
  /** The jobs with these ids that are there, in this order. */
  rows(ids: readonly number[], signal?: AbortFlag): Promise<readonly HistoryJob[]>
  /** Looks at two million jobs at most: `more` says that there may be others. */
  count(filter: JobFilter, signal?: AbortFlag): Promise<JobCount>
  /** Null: there is no such job. */
  show(job_id: number, signal?: AbortFlag): Promise<JobDetails | null>
  stats(query: StatsQuery, signal?: AbortFlag): Promise<HistoryStats>
  /**
   * The first piece (`export_id` null) or the next one; `export_id` of the answer asks for the one behind it, null: that
   * was the last. A piece may be empty. An export that is not asked for for a minute, or was abandoned, is over
   * (INVALID_ARGUMENT).
   */
  exportPage(query: ExportQuery, signal?: AbortFlag): Promise<ExportPage>
  /**
   * For each text of a spec (`writeSpecText`) a job that waits or is active with exactly that, or null. All null where
   * more than 20,000 are in the queue.
   */
  duplicates(spec_texts: readonly string[], signal?: AbortFlag): Promise<readonly (number | null)[]>
  /** For each unique key the job that would keep another with it from being queued now; null: the key is free, or there is none. */
  holders(uniques: readonly (Unique | null)[], signal?: AbortFlag): Promise<readonly (number | null)[]>
  /** Jobs that have succeeded or will be run, with what they do; `after` is 0, or `next` of the page before. */
  known(after: number, signal?: AbortFlag): Promise<KnownJobs>
  searchOutput(query: OutputSearch, signal?: AbortFlag): Promise<OutputMatches>
  /** Abandons what is outstanding and waits for the thread to end. */
  close(): Promise<void>
}

export interface ThreadHistoryOptions {
  /** The data directory. */
  readonly dir: string
  /** File of the thread: history-thread.ts, or what it is built to. */
  readonly entry: string
}

/** Nothing is opened or started before the first question. */
export function openThreadHistory(options: ThreadHistoryOptions): ThreadHistory {
  return new HistoryClient(options)
}

interface Pending {
  readonly number: number
  readonly question: HistoryQuestion
  readonly signal: AbortFlag | undefined
  readonly resolve: (answer: HistoryAnswer) => void
  readonly reject: (error: JobyardError) => void
}

/** A thread with the questions that wait for it. */
class HistoryClient implements ThreadHistory {
  readonly #options: ThreadHistoryOptions
  readonly #cancelled = new Int32Array(new SharedArrayBuffer(LANE_COUNT * Int32Array.BYTES_PER_ELEMENT))
  readonly #lanes = Array.from({ length: LANE_COUNT }, () => new Lane())
  #worker: Worker | null = null
  #exited: Promise<unknown> = Promise.resolve()
  #number = 0
  #look: NodeJS.Timeout | null = null
  #closing: Promise<void> | null = null

  constructor(options: ThreadHistoryOptions) {
    this.#options = options
  }

  list(query: JobListQuery, signal?: AbortFlag): Promise<JobPage> {
    return isSorted(query)
      ? this.#ask<'sorted'>({ type: 'sorted', query }, signal)
      : this.#ask<'list'>({ type: 'list', query }, signal)
  }

  rows(ids: readonly number[], signal?: AbortFlag): Promise<readonly HistoryJob[]> {
    return this.#ask<'rows'>({ type: 'rows', ids }, signal)
  }

  count(filter: JobFilter, signal?: AbortFlag): Promise<JobCount> {
    return this.#ask<'count'>({ type: 'count', filter }, signal)
  }

  show(job_id: number, signal?: AbortFlag): Promise<JobDetails | null> {
    return this.#ask<'show'>({ type: 'show', job_id }, signal)
  }

  stats(query: StatsQuery, signal?: AbortFlag): Promise<HistoryStats> {
    return this.#ask<'stats'>({ type: 'stats', query }, signal)
  }

  exportPage(query: ExportQuery, signal?: AbortFlag): Promise<ExportPage> {
    return this.#ask<'export'>({ type: 'export', query }, signal)
  }

  duplicates(spec_texts: readonly string[], signal?: AbortFlag): Promise<readonly (number | null)[]> {
    return this.#ask<'duplicates'>({ type: 'duplicates', spec_texts }, signal)
  }

  holders(uniques: readonly (Unique | null)[], signal?: AbortFlag): Promise<readonly (number | null)[]> {
    return this.#ask<'holders'>({ type: 'holders', uniques }, signal)
  }

  known(after: number, signal?: AbortFlag): Promise<KnownJobs> {
    return this.#ask<'known'>({ type: 'known', after }, signal)
  }

  searchOutput(query: OutputSearch, signal?: AbortFlag): Promise<OutputMatches> {
    return this.#ask<'search'>({ type: 'search', query }, signal)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const [index, lane] of this.#lanes.entries()) {
      if (lane.sent !== null) Atomics.store(this.#cancelled, index, lane.sent.number)
    }
    this.#rejectAll(closed())
    this.#worker?.postMessage({ type: 'close' } satisfies ToHistoryThread)
    await this.#exited
  }

  // The thread gives for each question what its type says: that much is taken on trust.
  #ask<K extends QuestionName>(
    question: QuestionOf<K>,
    signal: AbortFlag | undefined,
  ): Promise<HistoryAnswers[K]>
  async #ask(question: HistoryQuestion, signal: AbortFlag | undefined): Promise<HistoryAnswer> {
    if (this.#closing !== null) throw closed()
    if (signal?.aborted === true) throw abandoned()
    const index = LANES[question.type]
    this.#number += 1
    const number = this.#number
    const answer = new Promise<HistoryAnswer>((resolve, reject) => {
      this.#laneAt(index).waiting.push({ number, question, signal, resolve, reject })
    })
    if (signal !== undefined) this.#look ??= this.#startLook()
    this.#send(index)
    return answer
  }

  #laneAt(index: number): Lane {
    const lane = this.#lanes[index]
    if (lane === undefined)
      throw new JobyardError('INTERNAL', `There is no lane ${index}. This is a bug in Jobyard.`)
    return lane
  }

  /** The next question of a lane, where the thread has answered the one before. */
  #send(index: number): void {
    const lane = this.#laneAt(index)
    if (lane.sent !== null || this.#closing !== null) return
    const next = lane.waiting.shift()
    if (next === undefined) return
    lane.sent = next
    const { number, question } = next
    try {
      this.#started().postMessage({ type: 'question', number, question } satisfies ToHistoryThread)
    } catch (error) {
      lane.sent = null
      next.reject(ended(error))
      this.#send(index)
    }
  }

  #started(): Worker {
    if (this.#worker !== null) return this.#worker
    const { dir, entry } = this.#options
    const cancelled = this.#cancelled.buffer
    const worker = new Worker(entry, {
      name: 'jobyard-history',
      workerData: { dir, cancelled } satisfies HistoryThreadData,
    })
    let why: unknown = 'it ended'
    worker.on('message', (message: FromHistoryThread) => {
      this.#receive(message)
    })
    worker.on('error', (error) => {
      why = error
    })
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#worker = null
        // The next question starts another.
        this.#rejectAll(ended(why))
        resolve(undefined)
      })
    })
    this.#worker = worker
    return worker
  }

  #receive(message: FromHistoryThread): void {
    const lane = this.#laneAt(message.lane)
    const { sent } = lane
    lane.sent = null
    if (message.type === 'failed') sent?.reject(deserialiseError(message.error))
    else sent?.resolve(message.answer)
    this.#send(message.lane)
    this.#endLook()
  }

  #startLook(): NodeJS.Timeout {
    const look = (): void => {
      this.#lookAtFlags()
    }
    return setInterval(look, FLAG_LOOK_MS).unref()
  }

  #lookAtFlags(): void {
    for (const [index, lane] of this.#lanes.entries()) {
      const { sent } = lane
      if (sent?.signal?.aborted === true) {
        // It stands in its lane until the thread has heard of it.
        Atomics.store(this.#cancelled, index, sent.number)
        sent.reject(abandoned())
      }
      lane.waiting = lane.waiting.filter(({ signal, reject }) => {
        if (signal?.aborted === true) reject(abandoned())
        return signal?.aborted !== true
      })
    }
  }

  #endLook(): void {
    if (this.#look === null || this.#lanes.some(({ sent }) => sent !== null)) return
    clearInterval(this.#look)
    this.#look = null
  }

  #rejectAll(error: JobyardError): void {
    for (const lane of this.#lanes) {
      for (const { reject } of [...(lane.sent === null ? [] : [lane.sent]), ...lane.waiting]) reject(error)
      lane.sent = null
      lane.waiting = []
    }
    this.#endLook()
  }
}

class Lane {
  /** What the thread works on. */
  sent: Pending | null = null
  waiting: Pending[] = []
}

function closed(): JobyardError {
  return new JobyardError('ENGINE_CLOSED', 'The history is closed. Start Jobyard again.')
}

function ended(why: unknown): JobyardError {
  const reason = why instanceof Error ? why.message : String(why)
  return new JobyardError('INTERNAL', `The thread of the history failed (${reason}). Try again.`, {
    cause: why,
  })
}
