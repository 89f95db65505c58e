import type { StoreContext } from './store-context.ts'

/** A call of a statement costs about as much as the row that it writes; what is left over goes in smaller steps. */
const ROWS_AT_A_TIME = [32, 8, 1] as const

/** A statement that takes rows of values, as many as there are, in as few calls as may be. */
export class RowsStatement {
  readonly #width: number
  readonly #steps: readonly { readonly rows: number; readonly text: string }[]

  /**
   * @param row the values of one row, such as `(?, 'queued', ?)`
   * @param text the statement around the rows, which stand where VALUES may stand
   */
  constructor(row: string, text: (rows: string) => string) {
    this.#width = row.split('?').length - 1
    this.#steps = ROWS_AT_A_TIME.map((rows) => ({
      rows,
      text: text(Array.from({ length: rows }, () => row).join(', ')),
    }))
  }

  /**
   * @param values of all rows, one after the other
   * @returns rows that were changed
   */
  run(context: StoreContext, values: readonly unknown[]): number {
    let changed = 0
    let at = 0
    for (const { rows, text } of this.#steps) {
      const step = this.#width * rows
      for (; at + step <= values.length; at += step)
        changed += context.sql(text).run(values.slice(at, at + step)).changes
    }
    return changed
  }
}
