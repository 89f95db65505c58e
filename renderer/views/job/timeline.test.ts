import { describe, expect, test } from 'vitest'
import type { Attempt, Job, JobBase } from '../../../shared/job.ts'
import { spanShares, timelineOf } from './timeline.ts'

const base: JobBase = {
  id: 1,
  submission_id: 1,
  name: 'x',
  kind: 'command',
  group: 'default',
  priority: 0,
  position: 1,
  slots: 1,
  attempts: 0,
  queued_ms: 1_000,
}
const attempt = (number: number, started_ms: number, ended_ms: number | null, exit_code = 0): Attempt => ({
  id: number,
  job_id: 1,
  number,
  pid: 1,
  started_ms,
  ended_ms,
  cause: ended_ms === null ? null : 'exit',
  exit_code,
  signal: null,
  error: null,
  result: null,
  log: null,
})
const kinds = (job: Job, attempts: Attempt[]) =>
  timelineOf(job, attempts).map(({ kind, from_ms, to_ms, outcome }) => [kind, from_ms, to_ms, outcome])

describe('the timeline of a job', () => {
  test('that waits is one wait that goes on', () => {
    expect(kinds({ ...base, state: 'queued' }, [])).toEqual([['waiting', 1_000, null, 'going-on']])
  })

  test('has the waits between attempts', () => {
    const job: Job = { ...base, state: 'running', started_ms: 9_000 }
    expect(kinds(job, [attempt(1, 2_000, 3_000, 1), attempt(2, 9_000, null)])).toEqual([
      ['waiting', 1_000, 2_000, 'going-on'],
      ['attempt', 2_000, 3_000, 'bad'],
      ['waiting', 3_000, 9_000, 'going-on'],
      ['attempt', 9_000, null, 'going-on'],
    ])
  })

  test('shows the wait before the next try', () => {
    expect(
      kinds({ ...base, state: 'retrying', due_ms: 5_000 }, [attempt(1, 2_000, 3_000, 1)]).at(-1),
    ).toEqual([...['waiting', 3_000, null, 'going-on']])
  })

  test('ends with the cancel of a job that never ran', () => {
    const job: Job = {
      ...base,
      state: 'cancelled',
      cause: 'user',
      exit_code: null,
      started_ms: null,
      ended_ms: 4_000,
    }
    expect(kinds(job, [])).toEqual([['waiting', 1_000, 4_000, 'going-on']])
  })

  test('that was queued again has the attempts from before, and the time it was over', () => {
    const job: Job = { ...base, queued_ms: 50_000, state: 'retrying', due_ms: 70_000 }
    expect(kinds(job, [attempt(1, 2_000, 3_000, 1), attempt(2, 51_000, 52_000, 1)])).toEqual([
      ['attempt', 2_000, 3_000, 'bad'],
      ['over', 3_000, 50_000, 'going-on'],
      ['waiting', 50_000, 51_000, 'going-on'],
      ['attempt', 51_000, 52_000, 'bad'],
      ['waiting', 52_000, null, 'going-on'],
    ])
  })

  test('does not run backwards where the clock was set back', () => {
    const job: Job = {
      ...base,
      state: 'succeeded',
      cause: 'exit',
      exit_code: 0,
      started_ms: 500,
      ended_ms: 400,
    }
    expect(kinds(job, [attempt(1, 500, 400)])).toEqual([['attempt', 500, 500, 'good']])
  })
})

describe('shares', () => {
  test('follow time, and none is too small to be seen', () => {
    const job: Job = { ...base, state: 'running', started_ms: 1_001 }
    const shares = spanShares(timelineOf(job, [attempt(1, 1_001, null)]), 101_000, 0.05)
    expect(shares[0]).toBeCloseTo(0.05 / 1.05, 2)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
  })
})
