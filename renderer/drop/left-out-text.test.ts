import { expect, test } from 'vitest'
import { leftOutText } from './left-out-text.ts'

const QUEUED = { submission_id: 1, count: 2, first_id: 1, last_id: 2 }

test('nothing is said where all jobs were queued', () => {
  expect(leftOutText(QUEUED)).toBeNull()
  expect(leftOutText({ ...QUEUED, left_out: { succeeded: 0, waiting: 0 } })).toBeNull()
})

test('it is told how many were left out for which reason', () => {
  expect(leftOutText({ ...QUEUED, left_out: { succeeded: 1, waiting: 3 } })).toBe(
    '1 job has succeeded before, 3 jobs are in the queue already',
  )
  const duplicates = { count: 2, first: [{ name: 'backup', of: 7 }] }
  expect(leftOutText({ ...QUEUED, duplicates })).toBe(
    '2 jobs were left out: job 7 has the unique key of backup',
  )
})
