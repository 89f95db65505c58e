import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { LogSummary } from '../../../shared/job.ts'
import type { LogRecord, LogStream } from '../../../shared/log-format.ts'
import { LOG_STREAMS, logFileName } from '../../../shared/log-format.ts'
import { LogFileReader } from './log-file-reader.ts'
import { LogGrowth } from './log-growth.ts'

const TAIL_SUFFIXES = ['.tail0', '.tail1'] as const
/** A running job may print faster than somebody reads who only wants to see what is there. */
const MAX_PASSES = 4
const REMOVED_AT_ONCE = 16

export interface ReadLogOptions {
  /** Only these; by default all. What was cut is told in records of `note`. */
  readonly streams?: readonly LogStream[]
  /** Of an attempt that is over: makes the number of bytes that were cut exact. */
  readonly summary?: LogSummary | null
  /** Goes on as the output grows, until `ended` resolves (or rejects) and all of it was read. */
  readonly follow?: { readonly ended: Promise<unknown> }
  /** Ends the reading early, without an error. */
  readonly signal?: AbortSignal
}

/**
 * What an attempt printed, in order: by offset within a stream, by arrival across them. Where output was cut (over the
 * cap, or by a reader that was too slow for a growing log) a `note` record says how much. No file: no output. In memory
 * there are at most a few pieces of 64 KiB.
 * @param log_dir `dataPaths(dir).logs`
 */
export async function* readLog(
  log_dir: string,
  attempt_id: number,
  options: ReadLogOptions = {},
): AsyncGenerator<LogRecord, void, undefined> {
  const path = join(log_dir, logFileName(attempt_id))
  const log = new AttemptLog(path, options)
  const growth = new LogGrowth(dirname(path), basename(path))
  const wake = (): void => {
    growth.wake()
  }
  let ended = options.follow === undefined
  const end = (): void => {
    ended = true
    wake()
  }
  options.follow?.ended.then(end, end)
  options.signal?.addEventListener('abort', wake)
  const isAborted = (): boolean => options.signal?.aborted ?? false
  try {
    for (let pass = 1; !isAborted(); pass += 1) {
      // Asked before the pass: what is written before the end is read after it.
      const isLast = ended
      let found = false
      for await (const record of log.pass()) {
        found = true
        yield record
        if (isAborted()) return
      }
      if (found && (pass < MAX_PASSES || options.follow !== undefined)) continue
      if (isLast) break
      await growth.wait()
    }
    const cut = isAborted() ? null : log.unexplainedCut()
    if (cut !== null) yield cut
  } finally {
    options.signal?.removeEventListener('abort', wake)
    growth.close()
    await log.close()
  }
}

/** The files of one attempt, and how far each stream was read. To be closed. */
export class AttemptLog {
  readonly #head: LogFileReader
  readonly #tails: readonly LogFileReader[]
  readonly #wanted: ReadonlySet<LogStream>
  readonly #cut_bytes: number | null
  readonly #next: Record<LogStream, number> = { stdout: 0, stderr: 0, note: 0 }
  /** Bytes of wanted streams that were jumped over. */
  #gaps = 0
  /** Bytes that a note has told of. */
  #told = 0
  #last_at_ms = 0

  /** @param from offsets of the streams up to which everything is known already */
  constructor(
    path: string,
    options: Pick<ReadLogOptions, 'streams' | 'summary'> = {},
    from: Readonly<Partial<Record<LogStream, number>>> = {},
  ) {
    Object.assign(this.#next, from)
    this.#head = new LogFileReader(path)
    this.#tails = TAIL_SUFFIXES.map((suffix) => new LogFileReader(path + suffix))
    this.#wanted = new Set(options.streams ?? LOG_STREAMS)
    // The summary does not tell the streams apart.
    this.#cut_bytes = options.streams === undefined ? (options.summary?.cut_bytes ?? null) : null
  }

  /** All that is there now and was not read before. */
  async *pass(): AsyncGenerator<LogRecord, void, undefined> {
    // A tail begins when the head is full, so a head that is read after this look is complete where a tail was seen.
    const tails = await this.#tailsInOrder()
    await this.#head.begin()
    yield* this.#drain(this.#head, false)
    for (const tail of tails) yield* this.#drain(tail, true)
  }

  async *#drain(file: LogFileReader, isTail: boolean): AsyncGenerator<LogRecord, void, undefined> {
    for (let records = await file.next(); records.length > 0; records = await file.next()) {
      for (const record of records) {
        const fresh = this.#advance(record)
        if (fresh === null) continue
        const note = this.#cutNote(isTail)
        if (note !== null) yield note
        if (this.#wanted.has(fresh.stream)) yield fresh
      }
    }
  }

  /** What of the record was not read before; null where nothing is new. */
  #advance(record: LogRecord): LogRecord | null {
    const { stream, offset, bytes } = record
    const next = this.#next[stream]
    const end = offset + bytes.length
    if (end <= next) return null
    this.#next[stream] = end
    this.#last_at_ms = record.at_ms
    if (offset >= next) {
      if (this.#wanted.has(stream)) this.#gaps += offset - next
      return record
    }
    return { ...record, offset: next, bytes: bytes.subarray(next - offset) }
  }

  /** The older tail first. The arrivals of one attempt never go back; halves of one record have the same. */
  async #tailsInOrder(): Promise<LogFileReader[]> {
    const heads = await Promise.all(this.#tails.map(async (tail) => ({ tail, first: await tail.begin() })))
    return heads
      .flatMap(({ tail, first }) => (first === null ? [] : [{ tail, first }]))
      .sort((a, b) => a.first.at_ms - b.first.at_ms || a.first.offset - b.first.offset)
      .map(({ tail }) => tail)
  }

  /** @param all what was cut between head and tails is to be told of, too, as far as no gap shows it */
  #cutNote(all: boolean): LogRecord | null {
    const bytes = Math.max(this.#gaps, all ? (this.#cut_bytes ?? 0) : 0) - this.#told
    if (bytes <= 0) return null
    this.#told += bytes
    if (!this.#wanted.has('note')) return null
    const text = `… ${formatBytes(bytes)} cut …\n`
    return {
      stream: 'note',
      at_ms: this.#last_at_ms,
      offset: this.#next.note,
      bytes: new TextEncoder().encode(text),
    }
  }

  /** For output of which no file tells, after all was read. */
  unexplainedCut(): LogRecord | null {
    return this.#cutNote(true)
  }

  async close(): Promise<void> {
    await Promise.all([this.#head, ...this.#tails].map((file) => file.close()))
  }
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const value = bytes / 1_000 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power] ?? 'bytes'}`
}

/**
 * Deletes what these attempts printed. What is gone already is no fault; the folders stay, a worker may be about to use
 * them.
 * @throws the system's error where a file cannot be deleted; those before it are
 */
export async function removeLogs(log_dir: string, attempt_ids: readonly number[]): Promise<void> {
  for (let at = 0; at < attempt_ids.length; at += REMOVED_AT_ONCE) {
    const paths = attempt_ids
      .slice(at, at + REMOVED_AT_ONCE)
      .map((attempt_id) => join(log_dir, logFileName(attempt_id)))
      .flatMap((path) => [path, ...TAIL_SUFFIXES.map((suffix) => path + suffix)])
    await Promise.all(paths.map((path) => rm(path, { force: true })))
  }
}
