import { expect, test } from 'vitest'
import { CAUSES } from '../../../shared/job.ts'
import type { EndedJob } from '../../../shared/status.ts'
import { endedJobJson } from './job-json.ts'
import { causeText } from '../../../shared/cause-text.ts'
import { jobLine } from './job-line.ts'

const JOB: EndedJob = {
  id: 12,
  submission_id: 1,
  name: 'build',
  state: 'failed',
  cause: 'exit',
  exit_code: 3,
  attempts: 2,
  queued_ms: 1_000,
  started_ms: 2_000,
  ended_ms: 3_500,
  result: '{"size":3}',
}

test('a job that failed is one line with its cause, attempts and duration', () => {
  expect(jobLine(JOB)).toBe('failed      12 build (exit code 3, attempt 2, 1.5s)')
})

test('a job that succeeded at once says only how long it took', () => {
  expect(jobLine({ ...JOB, state: 'succeeded', exit_code: 0, attempts: 1 })).toBe(
    'succeeded   12 build (1.5s)',
  )
})

test('a job that never started has no duration, and a name with line breaks stays on its line', () => {
  const skipped: EndedJob = {
    ...JOB,
    name: 'two\nlines',
    state: 'skipped',
    cause: 'dependency',
    attempts: 0,
    started_ms: null,
  }
  expect(jobLine(skipped)).toBe('skipped     12 two lines (a job it needs did not end as it must)')
})

test('every cause has words of its own', () => {
  expect(new Set(CAUSES.map((cause) => causeText(cause, 1))).size).toBe(CAUSES.length)
})

test('the JSON of a job has the documented keys in their order, with RFC 3339 times and the result as a value', () => {
  expect(endedJobJson(JOB)).toBe(
    '{"type":"job","id":12,"name":"build","state":"failed","cause":"exit","exit_code":3,"attempts":2,' +
      '"queued_at":"1970-01-01T00:00:01.000Z","started_at":"1970-01-01T00:00:02.000Z",' +
      '"ended_at":"1970-01-01T00:00:03.500Z","result":{"size":3}}',
  )
  expect(JSON.parse(endedJobJson({ ...JOB, started_ms: null, result: null }))).toMatchObject({
    started_at: null,
    result: null,
  })
})
