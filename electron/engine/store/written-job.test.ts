import { expect, test } from 'vitest'
import type { JobSpec } from '../../../shared/job-spec.ts'
import { readWrittenJob, writeJob } from './written-job.ts'

const SPEC: JobSpec = {
  name: 'a',
  task: { kind: 'command', argv: ['x'], shell_command: null },
  cwd: '/',
  source: { file: '/a.jsonl', line: 1 },
}

test.each([
  ['nothing', {}],
  ['a priority', { priority: 3 }],
  ['hold', { hold: true }],
  ['a share of the usual time', { timeout_percent: 300 }],
  ['a unique key', { unique: { key: 'x', while: 'queued' } }],
] satisfies [string, Partial<JobSpec>][])('the queue is told of what it has to know: %s', (_what, facts) => {
  const job = { spec: { ...SPEC, env: { A: 'b' }, ...facts } }
  const written = writeJob(job)
  expect(written.facts ?? {}).toEqual(facts)
  expect(readWrittenJob(written)).toEqual(job)
  const { source: _source, ...bare } = SPEC
  expect(writeJob({ spec: { ...bare, ...facts } }).facts ?? {}).toEqual(facts)
})
