import { hasCode } from '../../../shared/errors.ts'
import type { AbortEvents, LogPiece } from '../../../shared/ipc.ts'
import type { LogLine } from './log-lines.ts'
import { LogLines } from './log-lines.ts'

const LONG_LINES = 20_000
const LONG_INTERVAL_MS = 200

/** Reads what an attempt printed, from a place on (null: from the start). */
export type ReadPiece = (from: string | null, signal: AbortEvents) => Promise<LogPiece>

/** What is told when lines were added or have changed: the number of the first of them. */
export type LinesListener = (first_changed: number) => void

/**
 * Follows what one attempt prints. Pieces are read one after the other, and shown at most once a frame, so that a program
 * that prints a lot does not hold up the page.
 */
export class LogTail {
  lines = $state.raw<readonly LogLine[]>([])
  /** Lines at the start that were too many to keep. */
  let_go = $state(0)
  /** `at-end`: all that is there now is shown. */
  state = $state<'reading' | 'at-end' | 'failed'>('reading')
  error = $state.raw<unknown>(null)
  readonly #read: ReadPiece
  readonly #listener: LinesListener
  readonly #abort = new AbortController()
  #log = new LogLines()
  #from: string | null = null
  #is_reading = false
  #has_grown = false
  #first_changed = Infinity
  #is_due = false
  #frame = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(read: ReadPiece, listener: LinesListener) {
    this.#read = read
    this.#listener = listener
  }

  /** There is something to read, perhaps. */
  wake(): void {
    this.#has_grown = true
    if (!this.#is_reading && !this.#abort.signal.aborted) void this.#readAll()
  }

  stop(): void {
    this.#abort.abort()
    clearTimeout(this.#timer)
    cancelAnimationFrame(this.#frame)
  }

  async #readAll(): Promise<void> {
    this.#is_reading = true
    try {
      while (this.#has_grown) {
        this.#has_grown = false
        await this.#readToEnd()
      }
      this.state = 'at-end'
    } catch (thrown) {
      if (this.#abort.signal.aborted) return
      this.error = thrown
      this.state = 'failed'
    } finally {
      this.#is_reading = false
    }
  }

  async #readToEnd(): Promise<void> {
    let is_at_end = false
    while (!is_at_end) {
      const piece = await this.#readPiece()
      if (this.#abort.signal.aborted) return
      this.#from = piece.next
      is_at_end = piece.at_end
      const first = this.#log.append(piece.chunks)
      if (first === null) continue
      this.#first_changed = Math.min(this.#first_changed, first)
      this.#showSoon()
    }
  }

  async #readPiece(): Promise<LogPiece> {
    try {
      return await this.#read(this.#from, this.#abort.signal)
    } catch (thrown) {
      // An owner that was restarted does not know the places of the one before: once more from the start.
      if (this.#from === null || !hasCode(thrown, 'INVALID_ARGUMENT')) throw thrown
      this.#log = new LogLines()
      this.#first_changed = 1
      this.#from = null
      return this.#read(null, this.#abort.signal)
    }
  }

  #showSoon(): void {
    if (this.#is_due) return
    this.#is_due = true
    const draw = (): void => {
      this.#frame = requestAnimationFrame(() => {
        this.#show()
      })
    }
    // Each look at a long log costs a copy of it: fewer of them while it is read.
    if (this.#log.length < LONG_LINES) draw()
    else this.#timer = setTimeout(draw, LONG_INTERVAL_MS)
  }

  #show(): void {
    this.#is_due = false
    const first = this.#first_changed
    this.#first_changed = Infinity
    this.lines = this.#log.lines
    this.let_go = this.#log.let_go
    this.#listener(first)
  }
}
