import { expect, test } from 'vitest'
import type { ApiClient } from '../../../shared/ipc.ts'
import { exportJobs } from './export-jobs.ts'

test('an export is read piece by piece to its end', async () => {
  const asked: unknown[] = []
  const pieces = ['a\n', 'bc\n', 'd\n']
  const api = ((name: string, input: { export_id: string | null }) => {
    asked.push([name, input.export_id])
    const at = Number(input.export_id ?? '0')
    return Promise.resolve({ text: pieces[at], export_id: at + 1 < pieces.length ? String(at + 1) : null })
  }) as unknown as ApiClient
  const chars: number[] = []
  const { signal } = new AbortController()
  const onProgress = (count: number): void => {
    chars.push(count)
  }
  const file = await exportJobs(api, {}, 'csv', { signal, onProgress })
  expect(file).toEqual({ parts: pieces, type: 'text/csv', file_name: 'jobyard-history.csv' })
  expect(chars).toEqual([2, 5, 7])
  expect(asked).toEqual([
    ['jobs:export', null],
    ['jobs:export', '1'],
    ['jobs:export', '2'],
  ])
})
