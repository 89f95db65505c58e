import { expect, test } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'
import { MAX_LINE_BYTES } from './limits.ts'

const lines = (...jobs: unknown[]): string => jobs.map((job) => `${JSON.stringify(job)}\n`).join('')

test('each line is a job with its own line number; blank lines, CRLF, a byte order mark and an open end are no matter', async () => {
  const { jobs, problems } = await new JobDrop().readText(
    'a.jsonl',
    '\ufeff{"name":"a","command":"x"}\r\n\n  \r\n{"version":1,"$schema":"s","command":["y"],"retry":1}',
  )
  expect(problems).toEqual([])
  expect(jobs.map(({ spec }) => [spec.name, spec.source?.line])).toEqual([
    ['a', 1],
    ['y', 4],
  ])
})

test('a need names a job of an earlier line', async () => {
  const { jobs, problems } = await new JobDrop().readText(
    'a.ndjson',
    lines(
      { name: 'a', command: 'x' },
      { name: 'b', command: 'x', needs: ['a', { job: 'c', if: 'always' }] },
      { name: 'c', command: 'x', needs: [{ job: 'a', if: 'failure' }] },
      { name: 'd', command: 'x', needs: ['d'] },
      { name: 'build', command: 'x' },
      { command: 'x', needs: ['biuld'] },
    ),
  )
  expect(problems.map(({ line, code, message }) => [line, code, message])).toEqual([
    [
      2,
      'UNKNOWN_NEED',
      'No job of an earlier line has the name "c". A need has to come first in this format.',
    ],
    [4, 'NEED_CYCLE', 'The job "d" waits for itself. Remove the need.'],
    [6, 'UNKNOWN_NEED', 'No job of an earlier line has the name "biuld". Did you mean "build"?'],
  ])
  expect(names(jobs)).toEqual(['a', 'c', 'build'])
  expect(jobs[1]?.needs).toEqual([{ on: { index: 0 }, condition: 'failure' }])
})

test('all faults of all lines are told, and the good lines are kept', async () => {
  const { jobs, problems } = await new JobDrop().readText(
    'a.jsonl',
    `{"name":"a","command":"x"}
{"name":"b","comand":"x","hold":0}
{"name":"c","command":"x"
{"name":"a","command":"x"}
{"command":"x","command":"y"}
{"command":"x","needs":["b","a","a"]}
[1]
{"jobs":[]}
{"name":"z","command":"x"}
`,
  )
  expect(places(problems)).toEqual([
    '2:13 UNKNOWN_KEY comand',
    '2:33 INVALID hold',
    '3:26 SYNTAX command',
    '4:9 DUPLICATE_NAME name',
    '5:16 DUPLICATE_KEY command',
    '6:25 NEED_LEFT_OUT needs[0]',
    '6:33 CONFLICT needs[2]',
    '7:1 INVALID',
    '8:1 MISSING',
    '8:2 UNKNOWN_KEY jobs',
  ])
  expect(names(jobs)).toEqual(['a', 'z'])
})

test('a line over its limit is a fault, and the lines after it are read', async () => {
  const long = JSON.stringify({ command: 'x'.repeat(MAX_LINE_BYTES) })
  const { jobs, problems } = await new JobDrop().readText(
    'a.jsonl',
    `${long}\n{"command":"y"}\n${long}${long}`,
  )
  expect(places(problems)).toEqual(['1:1 TOO_LARGE', '3:1 TOO_LARGE'])
  expect(names(jobs)).toEqual(['y'])
})

test('a line that is not UTF-8 is a fault, and the lines after it are read', async () => {
  const { jobs, problems } = await new JobDrop().readText(
    'a.jsonl',
    Buffer.from(
      '{"name":"a","command":"x"}\n{"name":"\u00e4","command":"x"}\n{"name":"c","command":"x"}\n',
      'latin1',
    ),
  )
  expect(places(problems)).toEqual(['2:10 ENCODING'])
  expect(names(jobs)).toEqual(['a', 'c'])
})

test.each([
  ['UTF-16', Buffer.from('\ufeff{"command":"x"}\n{"command":"y"}\n', 'utf16le'), '1:1 ENCODING'],
  ['NUL', Buffer.from('{"command":"x"}\n\0\0\n\0\n'), '2:1 NUL_BYTE'],
])('%s is told once, and the rest is not read', async (_what, content, expected) => {
  const { problems, problem_count } = await new JobDrop().readText('a.jsonl', content)
  expect([places(problems), problem_count]).toEqual([[expected], 1])
})

test('a file without a job is a fault', async () => {
  expect(places((await new JobDrop().readText('a.jsonl', '')).problems)).toEqual(['1:1 EMPTY'])
  expect(places((await new JobDrop().readText('b.jsonl', '\n \n')).problems)).toEqual(['1:1 EMPTY'])
})

test('a hundred faults are listed and all are counted', async () => {
  const { problems, problem_count, count } = await new JobDrop().readText(
    'a.jsonl',
    '{"command":1}\n{"command":"x"}\n'.repeat(3_000),
  )
  expect([problems.length, problem_count, count]).toEqual([100, 3_000, 3_000])
})

test('large lines come in small batches', async () => {
  const line = `${JSON.stringify({ command: 'x'.repeat(MAX_LINE_BYTES / 2) })}\n`
  const { batches } = await new JobDrop().readText('a.jsonl', line.repeat(5))
  expect(batches).toEqual([2, 2, 1])
})
