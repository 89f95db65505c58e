/**
 * The file that holds what one attempt printed. Append-only records, each
 *
 *   u8 stream (0 stdout, 1 stderr, 2 note of the system: where output was cut)
 *   f64 arrival, epoch milliseconds, little-endian
 *   f64 offset of the first byte within its stream, little-endian
 *   u32 length of the payload in bytes, little-endian
 *   payload, the bytes as they came (not necessarily UTF-8)
 *
 * A file ends where its last whole record ends: what a power cut left half-written after that is ignored.
 * An attempt over its cap keeps a head in `<name>` and a tail in up to two rotating files `<name>.tail0`, `<name>.tail1`.
 * The head holds up to half of the cap, each tail file up to a quarter (so at least the last quarter is kept, and the
 * cap is never passed on disk). Records of an attempt differ in arrival, but for the parts of one that was split between
 * two files: the tail file whose first record has the lower (arrival, offset) comes first. What was cut shows as a gap
 * in the offsets of a stream.
 */
export const LOG_HEADER_BYTES = 21

export const LOG_STREAMS = ['stdout', 'stderr', 'note'] as const
export type LogStream = (typeof LOG_STREAMS)[number]

export interface LogRecord {
  readonly stream: LogStream
  readonly at_ms: number
  /** Offset of the first byte within its stream. */
  readonly offset: number
  readonly bytes: Uint8Array
}

/** Path of an attempt's log relative to the log folder, with `/`: at most 1,000 files stand in one folder. */
export function logFileName(attempt_id: number): string {
  return `${Math.floor(attempt_id / 1_000)}/${attempt_id}.log`
}

/** Writes the header of one record into `target` at `at`. */
export function writeLogHeader(
  target: DataView,
  at: number,
  stream: LogStream,
  at_ms: number,
  offset: number,
  length: number,
): void {
  target.setUint8(at, LOG_STREAMS.indexOf(stream))
  target.setFloat64(at + 1, at_ms, true)
  target.setFloat64(at + 9, offset, true)
  target.setUint32(at + 17, length, true)
}

export interface ParsedLog {
  readonly records: LogRecord[]
  /** Bytes of `chunk` that were whole records; the rest is to be read again with what follows. */
  readonly consumed: number
}

/** Parses the whole records at the start of `chunk`. Payloads are views into it. Stops at a record that makes no sense. */
export function parseLogRecords(chunk: Uint8Array): ParsedLog {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  const records: LogRecord[] = []
  let at = 0
  while (at + LOG_HEADER_BYTES <= chunk.byteLength) {
    const stream = LOG_STREAMS[view.getUint8(at)]
    const length = view.getUint32(at + 17, true)
    if (stream === undefined || at + LOG_HEADER_BYTES + length > chunk.byteLength) break
    const start = at + LOG_HEADER_BYTES
    records.push({
      stream,
      at_ms: view.getFloat64(at + 1, true),
      offset: view.getFloat64(at + 9, true),
      bytes: chunk.subarray(start, start + length),
    })
    at = start + length
  }
  return { records, consumed: at }
}
