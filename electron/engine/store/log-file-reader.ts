import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import type { LogRecord } from '../../../shared/log-format.ts'
import { LOG_HEADER_BYTES, LOG_STREAMS, parseLogRecords } from '../../../shared/log-format.ts'

/** Read at once; a record that is larger comes in pieces of this size. */
const CHUNK_BYTES = 65_536

type Header = Omit<LogRecord, 'bytes'> & { readonly length: number }

/** What the reader learnt at some place of the file. */
type Found = 'end' | 'nonsense' | readonly LogRecord[]

/** A large record of which `left` bytes were not handed out yet. */
interface Rest {
  readonly record: Header
  offset: number
  left: number
}

/**
 * Reads the records of one file in order, piece by piece, while a worker may be writing it. Nothing is read before it is
 * whole, so half a record at the end is waited for, or ignored where nothing more comes.
 *
 * A tail file is emptied and filled anew when its turn comes. The reader notices by its first record, which is never the
 * same again, and begins anew, too.
 */
export class LogFileReader {
  readonly #path: string
  #file: FileHandle | null = null
  #position = 0
  /** The header at the start of the file as it was when reading began. */
  #first: Buffer | null = null
  #rest: Rest | null = null
  /** Where something stood that is no record; looked at twice only. */
  #nonsense_at = -1

  constructor(path: string) {
    this.#path = path
  }

  /**
   * To be called before the reading and when the file may have begun anew.
   * @returns the header of the file's first record, by which tail files are put in order; null where there is none yet
   */
  async begin(): Promise<Header | null> {
    const first = await this.#pread(0, LOG_HEADER_BYTES)
    if (first === null) return null
    if (this.#first?.equals(first) !== true) this.#beginAnew(first)
    return parseHeader(first)
  }

  /**
   * The next whole records (or pieces of a large one); empty where there is nothing more now, or where the file has begun
   * anew. Payloads are the caller's.
   */
  async next(): Promise<LogRecord[]> {
    const first = this.#first
    if (first === null) return []
    const position = this.#position
    const found = this.#rest === null ? await this.#readWhole() : await this.#readRest(this.#rest)
    // What was read counts only if the file did not begin anew meanwhile: it is emptied before it is written again.
    const now = await this.#pread(0, LOG_HEADER_BYTES)
    if (now?.equals(first) !== true) {
      this.#first = null
      return []
    }
    if (found !== 'nonsense') return found === 'end' ? [] : [...found]
    // A record that could not be written whole is taken back, perhaps after it was read: so once more from the start.
    if (this.#nonsense_at === position) return []
    this.#nonsense_at = position
    this.#beginAnew(first)
    return this.next()
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = null
  }

  #beginAnew(first: Buffer): void {
    this.#first = first
    this.#position = 0
    this.#rest = null
  }

  async #readWhole(): Promise<Found> {
    const chunk = await this.#pread(this.#position, CHUNK_BYTES, LOG_HEADER_BYTES)
    if (chunk === null) return (await this.#size()) < this.#position ? 'nonsense' : 'end'
    const records = sensible(parseLogRecords(chunk).records)
    for (const { bytes } of records) this.#position += LOG_HEADER_BYTES + bytes.length
    if (records.length > 0) return records
    const header = parseHeader(chunk)
    if (header === null) return 'nonsense'
    // Longer than the chunk, or not written to its end yet.
    if ((await this.#size()) < this.#position + LOG_HEADER_BYTES + header.length) return 'end'
    this.#position += LOG_HEADER_BYTES
    this.#rest = { record: header, offset: header.offset, left: header.length }
    return this.#readRest(this.#rest)
  }

  async #readRest(rest: Rest): Promise<Found> {
    const bytes = await this.#pread(this.#position, Math.min(rest.left, CHUNK_BYTES), 1)
    if (bytes === null) return 'nonsense'
    const { stream, at_ms } = rest.record
    const record: LogRecord = { stream, at_ms, offset: rest.offset, bytes }
    this.#position += bytes.length
    rest.offset += bytes.length
    rest.left -= bytes.length
    if (rest.left === 0) this.#rest = null
    return [record]
  }

  async #size(): Promise<number> {
    const file = await this.#opened()
    return file === null ? 0 : (await file.stat()).size
  }

  /** @returns null where the file is not there or holds fewer than `atLeast` bytes from `position` on */
  async #pread(position: number, length: number, atLeast = length): Promise<Buffer | null> {
    const file = await this.#opened()
    if (file === null) return null
    const buffer = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled < atLeast ? null : buffer.subarray(0, filled)
  }

  async #opened(): Promise<FileHandle | null> {
    if (this.#file !== null) return this.#file
    try {
      this.#file = await open(this.#path, 'r')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
    return this.#file
  }
}

/** The records up to the first that makes no sense, such as the zeros a power cut may leave at the end of a file. */
function sensible(records: readonly LogRecord[]): LogRecord[] {
  const end = records.findIndex(
    ({ at_ms, offset, bytes }) => !isSensible({ at_ms, offset, length: bytes.length }),
  )
  return records.slice(0, end === -1 ? records.length : end)
}

function isSensible({ at_ms, offset, length }: Omit<Header, 'stream'>): boolean {
  return length > 0 && at_ms > 0 && Number.isFinite(at_ms) && Number.isSafeInteger(offset) && offset >= 0
}

function parseHeader(bytes: Buffer): Header | null {
  const stream = LOG_STREAMS[bytes.readUInt8(0)]
  if (stream === undefined) return null
  const header = {
    stream,
    at_ms: bytes.readDoubleLE(1),
    offset: bytes.readDoubleLE(9),
    length: bytes.readUInt32LE(17),
  }
  return isSensible(header) ? header : null
}
