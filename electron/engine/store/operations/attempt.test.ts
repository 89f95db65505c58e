import { expect, test } from 'vitest'
import { ACTIVE_STATES, JOB_STATES } from '../../../../shared/job.ts'
import type { JobState } from '../../../../shared/job.ts'
import { canEndAs } from './attempt.ts'

const ENDS: readonly JobState[] = ['succeeded', 'failed', 'cancelled', 'retrying', 'interrupted', 'queued']

test('an attempt ends only from a leased or active job, since the start or the stop may not be stored', () => {
  for (const from of JOB_STATES) {
    const canEnd = from === 'queued' || (ACTIVE_STATES as readonly JobState[]).includes(from)
    for (const to of ENDS) expect([from, to, canEndAs(from, to)]).toEqual([from, to, canEnd])
  }
})

test('an attempt never ends as running, suspended, stopping or skipped', () => {
  for (const from of JOB_STATES) {
    for (const to of ['running', 'suspended', 'stopping', 'skipped'] as const)
      expect(canEndAs(from, to)).toBe(false)
  }
})
