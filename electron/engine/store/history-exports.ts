import { randomUUID } from 'node:crypto'
import { JobyardError } from '../../../shared/errors.ts'
import type { HistoryRecord } from '../../../shared/status.ts'
import { exportText } from '../export/export-formats.ts'
import type { ExportPage, ExportQuery } from './history-protocol.ts'
import type { Steps } from './history-steps.ts'

/** One message, mostly. */
const PAGE_CHARS = 256 * 1024
const KEPT_MS = 60_000
/** Each holds some records; somebody who opens more has left the first ones. */
const MAX_OPEN = 16

interface OpenExport {
  readonly pieces: Generator<string, void, undefined>
  /** Of the question that is answered now. */
  isCancelled: () => boolean
  timer: NodeJS.Timeout | null
}

type ReadRecords = (
  filter: ExportQuery['filter'],
  isCancelled: () => boolean,
) => Generator<HistoryRecord, void, undefined>

/** Exports under way: each goes on where its last page ended, and is dropped when it is not asked for for a minute. */
export class HistoryExports {
  readonly #read: ReadRecords
  readonly #open = new Map<string, OpenExport>()

  constructor(read: ReadRecords) {
    this.#read = read
  }

  /**
   * The next page. A cancelled export is over.
   * @throws JobyardError INVALID_ARGUMENT where nothing is known under the id
   */
  *page(query: ExportQuery, isCancelled: () => boolean): Steps<ExportPage> {
    const { id, open } = query.export_id === null ? this.#begin(query) : this.#take(query.export_id)
    open.isCancelled = isCancelled
    let text = ''
    let isOver = false
    while (text.length < PAGE_CHARS) {
      const piece = open.pieces.next()
      // It may have ended early: what was found must not pass for the whole.
      if (isCancelled()) return { text: '', export_id: null }
      if (piece.done === true) {
        isOver = true
        break
      }
      text += piece.value
      yield
    }
    if (isOver) return { text, export_id: null }
    this.#keep(id, open)
    return { text, export_id: id }
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.#drop(id)
  }

  #begin({ filter, format }: ExportQuery): { readonly id: string; readonly open: OpenExport } {
    const open: OpenExport = {
      pieces: exportText(
        format,
        this.#read(filter, () => open.isCancelled()),
      ),
      isCancelled: () => false,
      timer: null,
    }
    return { id: randomUUID(), open }
  }

  #take(id: string): { readonly id: string; readonly open: OpenExport } {
    const open = this.#drop(id)
    if (open !== undefined) return { id, open }
    throw new JobyardError(
      'INVALID_ARGUMENT',
      'This export was given up, for nobody asked for more of it. Begin it anew.',
    )
  }

  #keep(id: string, open: OpenExport): void {
    open.timer = setTimeout(() => this.#drop(id), KEPT_MS).unref()
    this.#open.set(id, open)
    const [oldest] = this.#open.keys()
    if (this.#open.size > MAX_OPEN && oldest !== undefined) this.#drop(oldest)
  }

  #drop(id: string): OpenExport | undefined {
    const open = this.#open.get(id)
    if (open?.timer != null) clearTimeout(open.timer)
    this.#open.delete(id)
    return open
  }
}
