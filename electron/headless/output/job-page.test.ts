import type { JobDetails } from '../../../shared/status.ts'
import pc from 'picocolors'
import { expect, test } from 'vitest'
import { renderJobPage } from './job-page.ts'

const DETAILS: JobDetails = {
  job: {
    id: 12,
    submission_id: 1,
    name: 'build\n\u001b[31mred',
    kind: 'script',
    group: 'default',
    priority: 5,
    position: 12,
    slots: 1,
    attempts: 1,
    queued_ms: 0,
    state: 'failed',
    cause: 'signal',
    exit_code: null,
    started_ms: 1_000,
    ended_ms: 2_500,
  },
  wait_reason: null,
  spec: {
    name: 'build',
    task: {
      kind: 'script',
      sha256: 'ab'.repeat(32),
      original_path: '/home/ada/build.sh',
      interpreter: ['/bin/sh', '-e'],
      args: ['two words', 'x'.repeat(300)],
    },
    cwd: '/home/ada',
    env: { TOKEN: 'secret' },
    timeout_ms: 60_000,
    source: { file: '/home/ada/build.job.yaml', line: 3 },
  },
  submission: { label: 'build.job.yaml', created_ms: 0 },
  needs: [{ job_id: 11, condition: 'success', status: 'met', name: 'fetch', state: 'succeeded' }],
  needs_count: 3,
  dependents: [],
  dependents_count: 0,
  attempts: [
    {
      id: 30,
      job_id: 12,
      number: 1,
      pid: 4_321,
      started_ms: 1_000,
      ended_ms: 2_500,
      cause: 'signal',
      exit_code: null,
      signal: 'SIGKILL',
      error: null,
      result: null,
      log: { stdout_bytes: 1_234_567, stderr_bytes: 0, cut_bytes: 1_000 },
    },
  ],
}

test('the page tells all there is to know, each fact on one line, and no values of the environment', () => {
  const lines = renderJobPage(DETAILS, 9_000, pc.createColors(false))
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "Job 12: build red
      state      failed, ended by a signal, 1.5s
      group      default, priority 5
      queued     1970-01-01T00:00:00.000Z
      runs       /bin/sh -e /home/ada/build.sh "two words" xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
      cwd        /home/ada
      env        TOKEN
      timeout    1m 00s
      from       /home/ada/build.job.yaml:3
      came with  build.job.yaml
      needs      11 (fetch, succeeded) if success: met
      needs      … and 2 more

    Attempt 1: ended by a signal (SIGKILL), 1.5s
      started    1970-01-01T00:00:01.000Z
      ended      1970-01-01T00:00:02.500Z
      pid        4321
      bytes      1,234,567 to stdout, 0 to stderr, 1,000 of them cut

    What it printed: jobyard log 12"
  `)
})
