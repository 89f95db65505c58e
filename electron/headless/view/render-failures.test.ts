import type { EndedJob } from '../../../shared/status.ts'
import pc from 'picocolors'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import type { Failure } from './render-failures.ts'
import { renderFailures } from './render-failures.ts'

const JOB: EndedJob = {
  id: 7,
  submission_id: 1,
  name: 'build',
  state: 'failed',
  cause: 'exit',
  exit_code: 2,
  attempts: 3,
  queued_ms: 0,
  started_ms: 1_000,
  ended_ms: 1_400,
  result: null,
}
const FAILURES: Failure[] = [
  { job: JOB, error: null, stderr: ['make: *** [all] Error 2', '\u001b[31mcolours\u001b[0m'] },
  {
    job: {
      ...JOB,
      id: 12,
      name: 'lost one',
      state: 'interrupted',
      cause: 'worker-lost',
      exit_code: null,
      attempts: 1,
    },
    error: 'The worker process died under the job: SIGKILL.',
    stderr: [],
  },
]

test('shows each job with its cause and the last lines of its stderr', () => {
  expect(renderFailures(FAILURES, 80, pc.createColors(false))).toEqual([
    'failed        7  build     exit code 2 · 3 attempts · 400ms',
    '            │ make: *** [all] Error 2',
    '            │ colours',
    'interrupted  12  lost one  its worker process died · 400ms',
    '            │ The worker process died under the job: SIGKILL.',
  ])
})

test('fits the width', () => {
  const wide: Failure = {
    job: { ...JOB, name: '長い'.repeat(50) },
    error: 'e'.repeat(300),
    stderr: ['s'.repeat(300)],
  }
  for (const line of renderFailures([wide], 40, pc.createColors(true)))
    expect(stringWidth(line)).toBeLessThanOrEqual(39)
})
