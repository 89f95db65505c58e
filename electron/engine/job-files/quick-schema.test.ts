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

test.each([
  ['text', { command: 'tar -czf a b' }, true],
  ['a list', { name: 'pack a', command: ['tar', '-czf', 'a', ''] }, true],
  ['the longest name', { name: 'x'.repeat(200), command: 'x' }, true],
  ['a longer name', { name: 'x'.repeat(201), command: 'x' }, false],
  ['an empty name', { name: '', command: 'x' }, false],
  ['a name of two lines', { name: 'a\nb', command: 'x' }, false],
  ['a name with accents', { name: 'h\u00e4h', command: 'x' }, false],
  ['a name that is a number', { name: 5, command: 'x' }, false],
  ['numbers, which become text', { command: ['seq', 5] }, false],
  ['no program', { command: ['', 'x'] }, false],
  ['NUL', { command: 'tar a\0b' }, false],
  ['another key', { command: 'x', priority: 1 }, false],
  ['no command', { name: 'x' }, false],
  ['nothing', {}, false],
  ['null', null, false],
  ['a list of jobs', [{ command: 'x' }], false],
])('what is right at a glance is so for the schema too, and stays as it is: %s', (_what, value, isPlain) => {
  const plain = quickJobEntry.plain(value)
  expect(plain !== null).toBe(isPlain)
  if (plain !== null) expect(jobEntrySchema.parse(value)).toEqual(plain)
})
