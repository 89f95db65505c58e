import { describe, expect, test } from 'vitest'
import type { Attempt, Cause, Job, JobBase } from '../../../shared/job.ts'
import { JOB_STATES } from '../../../shared/job.ts'
import type { JobSpec } from '../../../shared/job-spec.ts'
import { VERBS } from '../../state/job-verbs.ts'
import { causeText } from '../../../shared/cause-text.ts'
import { jobCauseText } from './cause-text.ts'
import { specFacts } from './spec-facts.ts'
import { verbsOf } from './verbs-of.ts'

const base: JobBase = {
  id: 1,
  submission_id: 1,
  name: 'x',
  kind: 'command',
  group: 'default',
  priority: 0,
  position: 1,
  slots: 1,
  attempts: 1,
  queued_ms: 0,
}
const ended = (state: 'failed' | 'succeeded', cause: Cause, exit_code: number | null): Job => ({
  ...base,
  state,
  cause,
  exit_code,
  started_ms: 1,
  ended_ms: 2,
})

describe('why a job ended', () => {
  test('is said in words', () => {
    expect(causeText('exit', 3, null)).toBe('exit code 3')
    expect(causeText('signal', null, 'SIGSEGV')).toBe('ended by SIGSEGV')
    expect(causeText('worker-lost', null, null)).toBe('its worker process died')
  })

  test('needs no words where it went well', () => {
    expect(jobCauseText(ended('succeeded', 'exit', 0), [])).toBeNull()
    expect(jobCauseText({ ...base, state: 'queued' }, [])).toBeNull()
  })

  test('takes the signal from the last attempt', () => {
    const attempts = [{ signal: 'SIGKILL' }] as unknown as Attempt[]
    expect(jobCauseText(ended('failed', 'signal', null), attempts)).toBe('ended by SIGKILL')
  })
})

describe('the verbs of a job page', () => {
  test.each(JOB_STATES)('apply to a job that is %s', (state) => {
    for (const verb of verbsOf(state)) expect(VERBS[verb].states, verb).toContain(state)
  })
})

describe('the spec in words', () => {
  const spec: JobSpec = {
    name: 'x',
    task: { kind: 'command', argv: ['make'], shell_command: null },
    cwd: '/srv',
    timeout_ms: 90_000,
    source: { file: '/srv/jobs.yaml', line: 4 },
  }
  const fact = (label: string) => specFacts(spec).find((one) => one.label === label)

  test('tells what was asked for from what every job has', () => {
    expect(fact('Timeout')).toMatchObject({ value: '1 m 30 s', is_default: false })
    expect(fact('Group')).toMatchObject({ value: 'default', is_default: true })
    expect(fact('Job file')?.value).toBe('/srv/jobs.yaml, line 4')
  })
})
