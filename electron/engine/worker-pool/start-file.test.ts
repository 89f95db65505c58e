import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readStartFile } from './start-file.ts'

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'jobyard-starts-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'starts')
  writeFileSync(file, text)
  return file
}

test('marks are read with the process where there is one', () => {
  const marks = readStartFile(fileWith('7\n7 4321 99887\n8\n9 55 Mon Nov 23 10:00:00 2026\n'))
  expect([...marks.values()]).toEqual([
    { attempt_id: 7, process: { pid: 4321, start: '99887' } },
    { attempt_id: 8, process: null },
    { attempt_id: 9, process: { pid: 55, start: 'Mon Nov 23 10:00:00 2026' } },
  ])
})

test('a line that was cut by a power loss is not taken for another attempt', () => {
  expect([...readStartFile(fileWith('7\n123')).keys()]).toEqual([7])
})

test('a file that is not there holds no marks', () => {
  expect(readStartFile('/nowhere/at/all').size).toBe(0)
})

test('lines that are no marks are passed over', () => {
  expect(readStartFile(fileWith('\nhello\n-\n1.5\n12\n')).has(12)).toBe(true)
  expect(readStartFile(fileWith('\nhello\n-\n1.5\n12\n')).size).toBe(1)
})
