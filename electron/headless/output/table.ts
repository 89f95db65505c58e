import cliTruncate from 'cli-truncate'
import type { Colors } from 'picocolors/types'
import stringWidth from 'string-width'

export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => string
  readonly align?: 'right'
  /** Longer cells are cut; by default none. */
  readonly most?: number
  readonly paint?: (text: string, row: T) => string
}

/**
 * Rows in columns, with a line of titles.
 * @param columns width of the terminal, to which lines are cut; null where there is none
 */
export function renderTable<T>(
  shape: readonly Column<T>[],
  rows: readonly T[],
  columns: number | null,
  colors: Colors,
): string[] {
  const cells = shape.map(({ cell, most }) =>
    rows.map((row) => (most === undefined ? cell(row) : cliTruncate(cell(row), most))),
  )
  const widths = shape.map(({ title }, at) =>
    (cells[at] ?? []).reduce((width, text) => Math.max(width, stringWidth(text)), title.length),
  )
  const line = (texts: readonly string[], row: T | null): string =>
    shape
      .map(({ align, paint }, at) => {
        const text = texts[at] ?? ''
        const gap = ' '.repeat(Math.max(0, (widths[at] ?? 0) - stringWidth(text)))
        const painted = row === null || paint === undefined ? text : paint(text, row)
        return align === 'right' ? gap + painted : painted + gap
      })
      .join('  ')
      .trimEnd()
  const head = colors.bold(
    line(
      shape.map(({ title }) => title),
      null,
    ),
  )
  const lines = [
    head,
    ...rows.map((row, index) =>
      line(
        cells.map((texts) => texts[index] ?? ''),
        row,
      ),
    ),
  ]
  return columns === null ? lines : lines.map((text) => cliTruncate(text, Math.max(1, columns)))
}
