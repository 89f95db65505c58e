import { expect, test } from 'vitest'
import { isSameSummary, summaryText, WorkProgress } from './yard-summary.ts'

const summary = { pool: 'running', active: 0, waiting: 0, succeeded: 5, failed: 1 } as const

test('progress counts from where the work began', () => {
  const progress = new WorkProgress()
  expect(progress.update(summary)).toBeNull()
  expect(progress.update({ ...summary, active: 1, waiting: 3 })).toBe(0)
  expect(progress.update({ ...summary, active: 1, waiting: 1, succeeded: 6, failed: 2 })).toBe(0.5)
  expect(progress.update({ ...summary, succeeded: 8, failed: 2 })).toBeNull()
  expect(progress.update({ ...summary, active: 1, succeeded: 8, failed: 2 })).toBe(0)
})

test('jobs that were cleared do not turn progress back below nothing', () => {
  const progress = new WorkProgress()
  progress.update({ ...summary, active: 1 })
  expect(progress.update({ ...summary, active: 1, succeeded: 0, failed: 0 })).toBe(0)
})

test('a summary differs by what it shows', () => {
  expect(isSameSummary(null, summary)).toBe(false)
  expect(isSameSummary(summary, { ...summary })).toBe(true)
  expect(isSameSummary(summary, { ...summary, waiting: 1 })).toBe(false)
})

test('one line says it all', () => {
  expect(summaryText({ ...summary, pool: 'draining', active: 2 })).toBe(
    'Stopping when running jobs are done · 2 running · 0 waiting',
  )
})
