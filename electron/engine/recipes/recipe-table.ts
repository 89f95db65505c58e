import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import { FileFault } from '../job-files/file-fault.ts'
import { nearest } from '../job-files/issues.ts'
import { FaultCounter } from '../job-files/problem-list.ts'
import { RegularFile } from '../job-files/regular-file.ts'
import { quoted } from '../job-files/spec-path.ts'
import { cellPlace, styleOf, TableRows } from '../job-files/table-rows.ts'
import type { RowOrFault, TableRow, TableStyle } from '../job-files/table-rows.ts'
import { readTextLines } from '../job-files/text-lines.ts'
import type { LineFault } from '../job-files/text-lines.ts'
import { tableSyntax } from './accepts.ts'
import { namesColumn } from './holes.ts'
import type { Recipe } from './recipe.ts'

/** A table that was dropped on a recipe: its header names values, each row has those of one job. */
export class RecipeTable {
  readonly names: readonly string[]
  readonly problems = new FaultCounter<JobFileProblem>()
  readonly #path: string
  readonly #max_rows: number
  #style: TableStyle | null = null
  /** Whether the rows can be read at all. */
  readonly isUsable: boolean
  /** Some text of the recipe names one of its columns, or the recipe says that it takes tables. */
  readonly isNamed: boolean

  constructor(path: string, recipe: Recipe, max_rows: number) {
    this.#path = path
    this.#max_rows = max_rows
    const header = this.#readHeader()
    const names = (header?.cells ?? []).map((cell) => cell.trim())
    this.names = names
    const texts = { ...recipe.entry, output: recipe.output?.template }
    this.isNamed =
      recipe.columns !== null ||
      namesColumn(
        texts,
        names.filter((name) => name !== ''),
      )
    this.isUsable = header !== null && this.#checkHeader(header, names, recipe)
  }

  /** The cells of each row, in memory that does not depend on their number. What is wrong with one is told. */
  *rows(): Generator<readonly string[], void, undefined> {
    let seen = -1
    for (const read of this.#read()) {
      if (read.kind === 'fault') {
        this.#tell(read.fault)
        continue
      }
      seen += 1
      if (seen === 0) continue
      if (seen > this.#max_rows) {
        const message = `This table has more than ${this.#max_rows} rows. Take some out, or allow more with max-jobs under strategy in the recipe.`
        this.#at(read.row, 0, { code: 'TOO_COMPLEX', message })
        return
      }
      if (this.#isWhole(read.row)) yield read.row.cells
    }
    if (seen <= 0) {
      const message = 'There is no row in this table below the names of its columns.'
      this.#tell({ line: 1, column: 1, code: 'EMPTY', message })
    }
  }

  #isWhole(row: TableRow): boolean {
    const [count, width] = [row.cells.length, this.names.length]
    if (count === width) return true
    const message = `This row has ${count} cells, but the table has ${width} columns. Is there a comma that belongs into quotes?`
    this.#at(row, Math.min(count - 1, width), { code: 'INVALID', message })
    return false
  }

  #checkHeader(header: TableRow, names: readonly string[], { name, columns }: Recipe): boolean {
    let isGood = true
    const fault = (index: number, code: JobFileProblem['code'], message: string): void => {
      isGood = false
      this.#at(header, index, { code, message })
    }
    for (const [index, column] of names.entries()) {
      if (column !== '' && names.indexOf(column) < index)
        fault(index, 'DUPLICATE_KEY', `There is another column ${quoted(column)} already.`)
    }
    for (const column of columns ?? []) {
      if (names.includes(column)) continue
      const near = nearest(column, names)
      const hint = near === null ? '' : ` Is it the one called ${quoted(near)}?`
      fault(0, 'MISSING', `The recipe ${name} wants a column ${quoted(column)}, which is not here.${hint}`)
    }
    if (columns === null && !this.isNamed) {
      fault(0, 'NOT_ACCEPTED', `The recipe ${name} takes no tables, and names none of these columns.`)
    }
    return isGood
  }

  #readHeader(): TableRow | null {
    for (const read of this.#read()) {
      if (read.kind === 'row') return read.row
      this.#tell(read.fault)
      return null
    }
    if (this.problems.count > 0) return null
    const message =
      'There is nothing in this table. It needs a row of names of columns, and one for each job.'
    this.#tell({ line: 1, column: 1, code: 'EMPTY', message })
    return null
  }

  *#read(): Generator<RowOrFault, void, undefined> {
    let opened: RegularFile | null = null
    let rows: TableRows | null = null
    try {
      opened = new RegularFile(this.#path)
      for (const line of readTextLines(opened)) {
        this.#style ??= styleOf(tableSyntax(this.#path) ?? 'csv', line.text)
        rows ??= new TableRows(this.#style)
        yield* rows.feed(line)
        if (rows.isBroken) return
      }
      if (rows !== null) yield* rows.end()
    } catch (error) {
      if (!(error instanceof FileFault)) throw error
      this.#tell({ line: null, column: null, code: error.code, message: error.message })
    } finally {
      opened?.close()
    }
  }

  #at(row: TableRow, index: number, fault: Pick<JobFileProblem, 'code' | 'message'>): void {
    if (this.#style === null) return
    this.#tell({ ...cellPlace(row, Math.max(index, 0), this.#style), ...fault })
  }

  #tell(fault: LineFault): void {
    this.problems.add(() => ({ file: this.#path, path: '', ...fault }))
  }
}
