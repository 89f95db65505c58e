import pc from 'picocolors'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import type { Column } from './table.ts'
import { renderTable } from './table.ts'

interface Row {
  readonly id: number
  readonly name: string
}

const SHAPE: Column<Row>[] = [
  { title: 'ID', align: 'right', cell: ({ id }) => String(id) },
  { title: 'NAME', cell: ({ name }) => name, most: 10, paint: (text) => pc.createColors(true).red(text) },
  { title: 'END', cell: ({ id }) => (id > 100 ? 'many' : '') },
]
const ROWS: Row[] = [
  { id: 7, name: '日本語' },
  { id: 1_234, name: 'a name that is too long' },
]

test('columns stand below each other, whatever the width of the characters and the colours', () => {
  expect(renderTable(SHAPE, ROWS, null, pc.createColors(false))).toEqual([
    '  ID  NAME        END',
    '   7  \u001b[31m日本語\u001b[39m',
    '1234  \u001b[31ma name th…\u001b[39m  many',
  ])
})

test('lines are cut to the width of the terminal', () => {
  for (const line of renderTable(SHAPE, ROWS, 12, pc.createColors(true)))
    expect(stringWidth(line)).toBeLessThanOrEqual(12)
})

test('without rows there are only the titles', () => {
  expect(renderTable(SHAPE, [], null, pc.createColors(false))).toEqual(['ID  NAME  END'])
})
