import { dirname } from 'node:path'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import type { JobSpec } from '../../../shared/job-spec.ts'
import type { DocumentContext } from './document.ts'
import { FileFault } from './file-fault.ts'
import { JOBLOG_HEADER } from './interchange-joblog.ts'
import { guess } from './issues.ts'
import { toSpec } from './normalise.ts'
import { parseEntry } from './parse-entry.ts'
import { FaultCounter } from './problem-list.ts'
import { quickJobEntry } from './quick-schema.ts'
import { RegularFile } from './regular-file.ts'
import type { OnFault, RawFault } from './source.ts'
import { pathText, quoted } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'
import { TableColumns } from './table-columns.ts'
import { cellPlace, styleOf, TableRows } from './table-rows.ts'
import type { RowOrFault, TableRow, TableStyle } from './table-rows.ts'
import { TableTexts } from './table-texts.ts'
import { readTextLines } from './text-lines.ts'
import type { LineFault } from './text-lines.ts'

/** A file with a job in each row. */
export interface TableFile {
  readonly path: string
  readonly syntax: 'csv' | 'tsv'
}

const ROOT: SpecPath = []
const NO_DEFAULTS = {}

/**
 * Reads a table row by row, in memory that does not depend on its length.
 * @param named somebody has named this file; in a folder, tables without a column `command` are passed over
 * @returns whether it was a job file
 */
export async function readTable(file: TableFile, named: boolean, context: DocumentContext): Promise<boolean> {
  const reader = new TableReader(file, named, context)
  let opened: RegularFile | null = null
  try {
    opened = new RegularFile(file.path)
    for (const line of readTextLines(opened)) {
      reader.line(line)
      if (context.batches.isFull) await context.batches.flush()
      if (reader.isOver) break
    }
    reader.end()
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    reader.fault(error)
  } finally {
    opened?.close()
  }
  return reader.tell()
}

interface Head {
  readonly columns: TableColumns
  readonly texts: TableTexts
  readonly row: TableRow
}

class TableReader {
  readonly #file: TableFile
  readonly #folder: string
  readonly #named: boolean
  readonly #context: DocumentContext
  readonly #problems = new FaultCounter<JobFileProblem>()
  /** Of the row that is being read. */
  #faults = new FaultCounter<RawFault>()
  readonly #onFault: OnFault = (make) => {
    this.#faults.add(make)
  }
  #style: TableStyle | null = null
  #rows: TableRows | null = null
  #head: Head | null = null
  #isEmpty = true
  /** Not a table of ours, or nothing more can be read of it. */
  #isOver = false
  #isForeign = false

  constructor(file: TableFile, named: boolean, context: DocumentContext) {
    this.#file = file
    this.#folder = dirname(file.path)
    this.#named = named
    this.#context = context
  }

  get isOver(): boolean {
    return this.#isOver
  }

  line(line: Parameters<TableRows['feed']>[0]): void {
    this.#style ??= styleOf(this.#file.syntax, line.text)
    this.#rows ??= new TableRows(this.#style)
    for (const read of this.#rows.feed(line)) this.#take(read)
    if (this.#rows.isBroken) this.#isOver = true
  }

  end(): void {
    if (this.#rows !== null && !this.#isOver) for (const read of this.#rows.end()) this.#take(read)
    const { columns, texts, row } = this.#head ?? {}
    if (columns === undefined || texts === undefined || row === undefined) return
    if (columns.faults.length > 0) return
    for (const { index, code, message } of columns.slips(texts.used)) this.#at(row, index, { code, message })
  }

  fault({ code, message }: FileFault): void {
    this.#isEmpty = false
    this.#problems.add(() => ({
      ...{ file: this.#file.path, line: null, column: null, path: '' },
      ...{ code, message },
    }))
  }

  /** @returns whether it was a job file */
  tell(): boolean {
    // What nobody has named and is no table of ours has no faults that would matter.
    if (!this.#named && this.#head === null) return false
    if (this.#isEmpty && !this.#isForeign && this.#problems.count === 0) {
      const message =
        'There is no job in this table. It needs a row of names of columns, and one for each job.'
      this.#problem({ line: 1, column: 1, code: 'EMPTY', message })
    }
    this.#context.problems.add(this.#problems.kept, this.#problems.more)
    return true
  }

  #take(read: RowOrFault): void {
    if (this.#isOver) return
    if (read.kind === 'fault') this.#problem(read.fault)
    else if (this.#head === null) this.#header(read.row)
    else this.#row(read.row, this.#head)
  }

  #header(row: TableRow): void {
    // A log has a column of commands, too, but nobody wants all of them again.
    const columns = row.cells.join('\t') === JOBLOG_HEADER ? null : TableColumns.of(row.cells)
    if (columns === null) {
      this.#isOver = true
      this.#isForeign = true
      const near = row.cells.find((cell) => guess(cell.trim(), ['command']) !== null)
      const hint = near === undefined ? '' : ` Is it the one called ${quoted(near)}?`
      const message = `There is no column "command" in this table, so nothing says what to run.${hint}`
      this.#problem({ line: row.line, column: 1, code: 'NOT_A_JOB_FILE', message })
      return
    }
    this.#head = { columns, row, texts: new TableTexts(columns.names, this.#context.env) }
    for (const { index, code, message } of columns.faults) this.#at(row, index, { code, message })
    if (columns.faults.length > 0) this.#isOver = true
  }

  #row(row: TableRow, { columns, texts }: Head): void {
    this.#isEmpty = false
    const { cells } = row
    const width = columns.columns.length
    if (cells.length !== width) {
      const message = `This row has ${cells.length} cells, but the table has ${width} columns. Is there a comma that belongs into quotes?`
      const code = 'INVALID'
      this.#at(row, Math.min(cells.length - 1, width), { code, message })
      return
    }
    const nameless = columns.nameless.find((index) => cells[index] !== '')
    if (nameless !== undefined) {
      const message = `There is something in this cell, but its column has no name.`
      this.#at(row, nameless, { code: 'INVALID', message })
      return
    }
    this.#job(row, columns, texts)
  }

  #job(row: TableRow, columns: TableColumns, texts: TableTexts): void {
    const spec = this.#spec(row, columns, texts)
    const faults = this.#faults
    if (faults.count === 0) {
      if (spec !== null) this.#context.batches.add({ spec })
      return
    }
    this.#faults = new FaultCounter()
    for (const fault of faults.kept) this.#at(row, columns.indexOf(fault.path), fault)
    this.#problems.addMore(faults.more)
  }

  #spec({ cells, line }: TableRow, columns: TableColumns, texts: TableTexts): JobSpec | null {
    const onFault = this.#onFault
    const job = texts.fill(columns.job(cells), columns.values(cells), onFault)
    const entry = parseEntry(quickJobEntry, { root: job, prefix: [], keys: 'job' }, onFault)
    if (entry === null) return null
    const { targets, env } = this.#context
    const [file, folder] = [this.#file.path, this.#folder]
    return toSpec(entry, { file, folder, line, path: ROOT, defaults: NO_DEFAULTS, targets, env, onFault })
  }

  /** A fault in a cell. */
  #at(
    row: TableRow,
    index: number,
    fault: Pick<RawFault, 'code' | 'message' | 'found' | 'expected'> & { readonly path?: SpecPath },
  ): void {
    const { code, message, path = [], found, expected } = fault
    if (this.#style === null) return
    const style = this.#style
    this.#problems.add(() => ({
      file: this.#file.path,
      ...cellPlace(row, index, style),
      path: pathText(path),
      ...{ code, message },
      ...(found === undefined ? {} : { found }),
      ...(expected === undefined ? {} : { expected }),
    }))
  }

  #problem(fault: LineFault): void {
    this.#problems.add(() => ({ file: this.#file.path, path: '', ...fault }))
  }
}
