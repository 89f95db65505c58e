import { expect, test } from 'vitest'
import { NameTable } from './name-table.ts'

test('names are found again with their job, also after the table has grown', () => {
  const table = new NameTable()
  for (let index = 0; index < 20_000; index += 1) {
    expect(table.get(`job ${index}`)).toBeUndefined()
    table.add(`job ${index}`, { index: index % 3 === 0 ? null : index, line: index + 1 })
  }
  for (let index = 0; index < 20_000; index += 1) {
    expect(table.get(`job ${index}`)).toEqual({ index: index % 3 === 0 ? null : index, line: index + 1 })
  }
  expect(table.get('job')).toBeUndefined()
  expect(table.get('')).toBeUndefined()
})
