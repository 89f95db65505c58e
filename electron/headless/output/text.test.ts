import { expect, test } from 'vitest'
import { parseResult } from '../../engine/export/job-json.ts'
import { formatTime } from '../../engine/export/time-text.ts'
import { counted, oneLine, outputLine } from './text.ts'

test('text of a job cannot break a line, colour it, move the cursor or turn its direction', () => {
  expect(oneLine('a\nb\u001b[31mred\u001b[0m\u0007 \u001b]0;title\u0007c\u202ed\u2028e ')).toBe(
    'a bred  cd e',
  )
})

test('a line that was redrawn in place is shown as it stood last, with its indentation', () => {
  expect(outputLine('10%\r50%\r100% done\r')).toBe('100% done')
  expect(outputLine('\tindented\u001b[1A')).toBe('    indented')
})

test('counts are grouped by thousands and know one from many', () => {
  expect([
    counted(1, 'job'),
    counted(0, 'job'),
    counted(12_345, 'job'),
    counted(2, 'entry', 'entries'),
  ]).toEqual(['1 job', '0 jobs', '12,345 jobs', '2 entries'])
})

test('times are RFC 3339 in UTC with milliseconds', () => {
  expect(formatTime(0)).toBe('1970-01-01T00:00:00.000Z')
})

test('a result is its JSON value, and null where there is none or it is none', () => {
  expect([parseResult('{"a":[1]}'), parseResult(null), parseResult('nonsense')]).toEqual([
    { a: [1] },
    null,
    null,
  ])
})
