import { expect, test } from 'vitest'
import { summaryLine, Tally } from './tally.ts'

test('a summary counts each end, and says nothing of what did not happen', () => {
  const tally = new Tally()
  for (const state of ['succeeded', 'succeeded', 'failed', 'skipped', 'interrupted'] as const)
    tally.add({ state })
  expect([tally.ended, tally.bad]).toEqual([5, 3])
  const summary = tally.summary(2, 1_234.5)
  expect(summary).toEqual({
    succeeded: 2,
    failed: 1,
    cancelled: 0,
    skipped: 1,
    interrupted: 1,
    not_run: 2,
    duration_ms: 1_235,
  })
  expect(summaryLine(summary)).toBe(
    '7 jobs: 2 succeeded, 1 failed, 1 skipped, 1 interrupted, 2 not run, in 1.2s',
  )
  expect(summaryLine(new Tally().summary(0, 5))).toBe('0 jobs in 5ms')
})
