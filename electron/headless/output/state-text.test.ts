import { expect, test } from 'vitest'
import type { Job, JobBase } from '../../../shared/job.ts'
import { WAIT_REASONS } from '../../../shared/job.ts'
import { detailsText, runTimeText } from './state-text.ts'

const BASE: JobBase = {
  id: 1,
  submission_id: 1,
  name: 'job',
  kind: 'command',
  group: 'default',
  priority: 0,
  position: 1,
  slots: 1,
  attempts: 1,
  queued_ms: 0,
}
const FAILED: Job = {
  ...BASE,
  state: 'failed',
  cause: 'exit',
  exit_code: 2,
  started_ms: 1_000,
  ended_ms: 3_000,
}

test('every wait reason has words of its own, but for held, which the state says', () => {
  const job: Job = { ...BASE, state: 'queued' }
  const texts = WAIT_REASONS.map((wait_reason) => detailsText({ job, wait_reason }, 0))
  expect(new Set(texts).size).toBe(WAIT_REASONS.length)
  expect(texts.filter((text) => text === '')).toHaveLength(1)
})

test('a job that waits says why, and for how long where that is known', () => {
  const scheduled: Job = { ...BASE, state: 'scheduled', due_ms: 70_000 }
  expect(detailsText({ job: scheduled, wait_reason: 'begin-time' }, 10_000)).toBe(
    'its time has not come, due in 1m 00s',
  )
  expect(detailsText({ job: { ...BASE, state: 'queued' }, wait_reason: 'no-slot' }, 0)).toBe(
    'waits for free places',
  )
  expect(detailsText({ job: { ...BASE, state: 'held' }, wait_reason: 'held' }, 0)).toBe('')
})

test('a job that ended badly says how, one that ended well needs no words', () => {
  expect(detailsText({ job: FAILED, wait_reason: null }, 0)).toBe('exit code 2')
  expect(detailsText({ job: { ...FAILED, state: 'succeeded', exit_code: 0 }, wait_reason: null }, 0)).toBe('')
})

test('the time is that of the last run, or until now where it runs', () => {
  expect(runTimeText(FAILED, 9_000)).toBe('2.0s')
  expect(runTimeText({ ...BASE, state: 'running', started_ms: 4_000 }, 9_000)).toBe('5.0s')
  expect(runTimeText({ ...BASE, state: 'queued' }, 9_000)).toBe('')
})
