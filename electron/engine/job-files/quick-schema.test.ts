import { expect, test } from 'vitest'
import { jobEntrySchema } from '../../../shared/job-file.ts'
import { quickJobEntry } from './quick-schema.ts'

test.each([
  ['text', 'tar -czf a b'],
  ['a list', ['tar', '-czf', '']],
  ['numbers and booleans, which become text', ['seq', 5, true]],
  ['no text', ''],
  ['a list of nothing', []],
  ['no program', ['', 'x']],
  ['NUL', ['tar', 'a\0b']],
  ['a map', { run: 'tar' }],
  ['a list in a list', ['tar', ['x']]],
])('a job with the keys of one that has passed is read as by the whole schema: %s', (_what, command) => {
  expect(quickJobEntry.safeParse({ name: 'a', command: 'true' }).success).toBe(true)
  const value = { name: 'b', command }
  const [quick, whole] = [quickJobEntry.safeParse(value), jobEntrySchema.safeParse(value)]
  expect(quick.data).toEqual(whole.data)
  expect(quick.error?.issues).toEqual(whole.error?.issues)
})
