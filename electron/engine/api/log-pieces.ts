import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { TextDecoder } from 'node:util'
import { JobyardError } from '../../../shared/errors.ts'
import type { LogPiece } from '../../../shared/ipc.ts'
import type { LogRecord, LogStream } from '../../../shared/log-format.ts'
import { LOG_STREAMS, logFileName } from '../../../shared/log-format.ts'
import { AttemptLog } from '../store/log-store.ts'

/** Logs that are being read piece by piece; the one that was not asked for longest gives way, and can be gone on with. */
const MAX_OPEN = 32

type Offsets = Record<LogStream, number>

interface Reading {
  readonly attempt_id: number
  readonly log: AttemptLog
  readonly decoders: Readonly<Record<LogStream, TextDecoder>>
  readonly read: Offsets
  pass: AsyncGenerator<LogRecord, void, undefined>
  /** The piece that is being read; the next waits for it. */
  turn: Promise<unknown>
}

interface Cursor {
  readonly reading_id: string
  readonly offsets: Offsets
}

/** Logs as windows read them: in pieces, from where the piece before ended, while they grow. */
export class LogPieces {
  readonly #log_dir: string
  readonly #open = new Map<string, Reading>()

  constructor(log_dir: string) {
    this.#log_dir = log_dir
  }

  /**
   * @param from `next` of the piece before; null: from the start
   * @param max_bytes about how much is wanted
   */
  async read(attempt_id: number, from: string | null, max_bytes: number): Promise<LogPiece> {
    const cursor = from === null ? null : parseCursor(from)
    const reading_id = cursor?.reading_id ?? randomUUID()
    const reading = this.#reading(attempt_id, reading_id, cursor?.offsets ?? noOffsets())
    const turn = reading.turn.then(() => readPiece(reading, max_bytes))
    reading.turn = turn.catch(() => undefined)
    const { chunks, at_end } = await turn
    const { stdout, stderr, note } = reading.read
    return { chunks, at_end, next: `${reading_id}:${stdout}:${stderr}:${note}` }
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map(closeReading))
  }

  #reading(attempt_id: number, reading_id: string, offsets: Offsets): Reading {
    const known = this.#open.get(reading_id)
    this.#open.delete(reading_id)
    const goesOn = known?.attempt_id === attempt_id && isAt(known.read, offsets)
    if (known !== undefined && !goesOn) void closeReading(known)
    const reading = known !== undefined && goesOn ? known : this.#begin(attempt_id, offsets)
    this.#open.set(reading_id, reading)
    this.#makeRoom()
    return reading
  }

  #begin(attempt_id: number, offsets: Offsets): Reading {
    const log = new AttemptLog(join(this.#log_dir, logFileName(attempt_id)), {}, offsets)
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder(), note: new TextDecoder() }
    return { attempt_id, log, decoders, read: { ...offsets }, pass: log.pass(), turn: Promise.resolve() }
  }

  #makeRoom(): void {
    const [oldest] = this.#open
    if (this.#open.size <= MAX_OPEN || oldest === undefined) return
    this.#open.delete(oldest[0])
    void closeReading(oldest[1])
  }
}

async function readPiece(reading: Reading, max_bytes: number): Promise<Pick<LogPiece, 'chunks' | 'at_end'>> {
  const chunks: { stream: LogStream; at_ms: number; text: string }[] = []
  let bytes = 0
  while (bytes < max_bytes) {
    const { value, done } = await reading.pass.next()
    if (done === true) {
      // What comes later is found by the next pass.
      reading.pass = reading.log.pass()
      return { chunks, at_end: true }
    }
    bytes += value.bytes.length
    reading.read[value.stream] = value.offset + value.bytes.length
    const text = reading.decoders[value.stream].decode(value.bytes, { stream: true })
    if (text !== '') chunks.push({ stream: value.stream, at_ms: value.at_ms, text })
  }
  return { chunks, at_end: false }
}

async function closeReading(reading: Reading): Promise<void> {
  await reading.turn
  await reading.log.close()
}

function noOffsets(): Offsets {
  return { stdout: 0, stderr: 0, note: 0 }
}

function isAt(read: Offsets, offsets: Offsets): boolean {
  return LOG_STREAMS.every((stream) => read[stream] === offsets[stream])
}

/** @throws JobyardError INVALID_ARGUMENT */
function parseCursor(text: string): Cursor {
  const match = /^([0-9a-f-]{36}):(\d{1,15}):(\d{1,15}):(\d{1,15})$/.exec(text)
  if (match === null)
    throw new JobyardError('INVALID_ARGUMENT', 'The place in the log is not one that was given.')
  const [, reading_id = '', stdout, stderr, note] = match
  return { reading_id, offsets: { stdout: Number(stdout), stderr: Number(stderr), note: Number(note) } }
}
