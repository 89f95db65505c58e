import type { LogSummary } from '../../shared/job.ts'
import { LOG_HEADER_BYTES, writeLogHeader } from '../../shared/log-format.ts'
import type { LogStream } from '../../shared/log-format.ts'
import { LogFiles } from './log-files.ts'
import type { LogBatch } from './log-files.ts'

/** While more than this waits for the disk, the job's pipes are not read. */
const WINDOW_BYTES = 1024 * 1024
/** So much is written at once without waiting for the time. */
const BATCH_BYTES = 64 * 1024
/** Output waits so long for more to be written with it. */
const BATCH_MS = 20
/** Most chunks in one write. */
const BATCH_CHUNKS = 256
/** Chunks of one stream become one record while they come within this time. */
const RECORD_MS = 5
/** Arrivals differ by at least this much (a quarter of it is the precision of the number). */
const TICK_MS = 0.001

interface PendingRecord {
  readonly stream: LogStream
  readonly at_ms: number
  offset: number
  chunks: Buffer[]
  bytes: number
}

export interface LogWriterOptions {
  /** Of the head file; see `logFileName`. */
  readonly path: string
  readonly max_bytes: number
  /**
   * For a job that runs in this very process: it might print for long without letting the event loop turn, so its
   * output is written at once when a batch is full.
   */
  readonly sync: boolean
  /** Reading of the pipes is to stop or may go on. */
  readonly onPressure?: (full: boolean) => void
  /** Something was written; `file_bytes` as in the `output` event. */
  readonly onWritten?: (file_bytes: number) => void
}

/**
 * Writes the output of one attempt as records, in batches by size and time, with at most a window of it in memory.
 * A disk that refuses (full, say) costs output, never the job: what could not be written is counted as cut.
 */
export class LogWriter {
  readonly #options: LogWriterOptions
  readonly #files: LogFiles
  #pending: PendingRecord[] = []
  #pending_bytes = 0
  readonly #totals = { stdout: 0, stderr: 0, note: 0 }
  #last_at_ms = 0
  #full = false
  #timer: NodeJS.Timeout | null = null
  #drain: Promise<void> | null = null
  /** What the disk refused since it last took something. */
  #refused = { bytes: 0, why: '' }

  constructor(options: LogWriterOptions) {
    this.#options = options
    this.#files = new LogFiles(options.path, options.max_bytes)
  }

  /** Takes the bytes over: the caller must not change them any more. */
  write(stream: LogStream, bytes: Buffer): void {
    if (bytes.length === 0) return
    const at_ms = Math.max(Date.now(), this.#last_at_ms + TICK_MS)
    const last = this.#pending.at(-1)
    if (last?.stream === stream && at_ms - last.at_ms < RECORD_MS && last.bytes < BATCH_BYTES) {
      last.chunks.push(bytes)
      last.bytes += bytes.length
    } else {
      this.#last_at_ms = at_ms
      this.#pending.push({
        stream,
        at_ms,
        offset: this.#totals[stream],
        chunks: [bytes],
        bytes: bytes.length,
      })
    }
    this.#totals[stream] += bytes.length
    this.#pending_bytes += bytes.length
    if (!this.#full && this.#pending_bytes > WINDOW_BYTES) this.#setFull(true)
    this.#schedule()
  }

  /** A line of the system's own among the output. */
  note(text: string): void {
    this.write('note', Buffer.from(`${text}\n`))
  }

  #setFull(full: boolean): void {
    this.#full = full
    this.#options.onPressure?.(full)
  }

  #schedule(): void {
    if (this.#drain !== null) return
    if (this.#pending_bytes >= BATCH_BYTES) this.#flush()
    else this.#timer ??= setTimeout(this.#flush, BATCH_MS)
  }

  readonly #flush = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#options.sync) this.#drainSync()
    else {
      this.#drain ??= this.#drainAll().finally(() => {
        this.#drain = null
      })
    }
  }

  async #drainAll(): Promise<void> {
    for (let batch = this.#takeBatch(); batch !== null; batch = this.#takeBatch()) {
      try {
        await this.#files.append(batch)
        this.#wrote(batch)
      } catch (error) {
        this.#failed(batch, error)
      }
    }
  }

  #drainSync(): void {
    for (let batch = this.#takeBatch(); batch !== null; batch = this.#takeBatch()) {
      try {
        this.#files.appendSync(batch)
        this.#wrote(batch)
      } catch (error) {
        this.#failed(batch, error)
      }
    }
  }

  /** Takes as many records as one file has room for; one that does not fit is split. */
  #takeBatch(): LogBatch | null {
    if (this.#pending.length === 0) return null
    const room = this.#files.makeRoom()
    if (room === 0) {
      this.#pending = []
      this.#release(this.#pending_bytes)
      return null
    }
    const parts: Buffer[] = []
    const taken = { payload: 0, output: 0 }
    let whole = 0
    for (const record of this.#pending) {
      if (taken.payload >= Math.min(room, WINDOW_BYTES) || parts.length >= BATCH_CHUNKS) break
      const bytes = Math.min(record.bytes, room - taken.payload)
      if (bytes === record.bytes) whole += 1
      parts.push(header(record, bytes), ...takeFrom(record, bytes))
      taken.payload += bytes
      if (record.stream !== 'note') taken.output += bytes
    }
    this.#pending = whole === this.#pending.length ? [] : this.#pending.slice(whole)
    return { parts, ...taken }
  }

  #wrote(batch: LogBatch): void {
    this.#release(batch.payload)
    this.#options.onWritten?.(this.#files.written)
    if (this.#refused.bytes === 0) return
    const { bytes, why } = this.#refused
    this.#refused = { bytes: 0, why: '' }
    this.note(`[jobyard] ${bytes} bytes of output were lost here: the disk did not take them (${why}).`)
  }

  #failed(batch: LogBatch, error: unknown): void {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    this.#refused = { bytes: this.#refused.bytes + batch.payload, why }
    this.#release(batch.payload)
  }

  #release(bytes: number): void {
    this.#pending_bytes -= bytes
    if (this.#full && this.#pending_bytes <= WINDOW_BYTES / 2) this.#setFull(false)
  }

  /**
   * Writes what is left and closes the files. Nothing may be written afterwards.
   * @returns null where nothing was printed
   */
  async finish(): Promise<LogSummary | null> {
    while (this.#pending.length > 0 || this.#drain !== null) {
      this.#flush()
      if (this.#drain !== null) await this.#drain
    }
    return this.#close()
  }

  /** As `finish`, for a writer in `sync` mode. */
  finishSync(): LogSummary | null {
    while (this.#pending.length > 0) this.#flush()
    return this.#close()
  }

  #close(): LogSummary | null {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#files.close()
    const { stdout, stderr } = this.#totals
    if (stdout + stderr === 0) return null
    return { stdout_bytes: stdout, stderr_bytes: stderr, cut_bytes: stdout + stderr - this.#files.output }
  }
}

/** The header for the first `bytes` of what is left of the record. */
function header(record: PendingRecord, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(LOG_HEADER_BYTES)
  const view = new DataView(buffer.buffer, buffer.byteOffset, LOG_HEADER_BYTES)
  writeLogHeader(view, 0, record.stream, record.at_ms, record.offset, bytes)
  return buffer
}

/** Takes the first `bytes` off the record, which then stands for what is left. */
function takeFrom(record: PendingRecord, bytes: number): Buffer[] {
  if (bytes === record.bytes) return record.chunks
  const taken: Buffer[] = []
  let missing = bytes
  while (missing > 0) {
    const [chunk] = record.chunks
    if (chunk === undefined) break
    taken.push(chunk.subarray(0, missing))
    if (chunk.length <= missing) record.chunks.shift()
    else record.chunks[0] = chunk.subarray(missing)
    missing -= Math.min(chunk.length, missing)
  }
  record.offset += bytes
  record.bytes -= bytes
  return taken
}
