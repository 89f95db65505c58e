import { expect, test } from 'vitest'
import type { EndedNotice } from '../../shared/yard.ts'
import type { Notice } from './notifier.ts'
import { Notifier } from './notifier.ts'

function setUp(settings = { notify_failed: true, notify_idle: true }) {
  const shown: Notice[] = []
  const due: (() => void)[] = []
  const notifier = new Notifier({
    show: (notice) => shown.push(notice),
    settings: () => settings,
    later: (callback) => due.push(callback),
  })
  const pass = (): void => {
    for (const callback of due.splice(0)) callback()
  }
  return { notifier, shown, pass }
}

const failed = (id: number): EndedNotice => ({
  id,
  name: `job ${id}`,
  state: 'failed',
  cause: 'exit',
  exit_code: 2,
})
const summary = (active: number, waiting: number, succeeded = 0, failures = 0) =>
  ({ pool: 'running', active, waiting, succeeded, failed: failures }) as const

test('one failed job is told with its reason and leads to it', () => {
  const { notifier, shown, pass } = setUp()
  notifier.ended({ count: 2, jobs: [failed(7), { ...failed(8), state: 'succeeded' }] })
  pass()
  expect(shown).toEqual([{ title: 'job 7 failed', body: 'It ended with exit code 2', place: 'job/7' }])
})

test('many that fail at once are one notification', () => {
  const { notifier, shown, pass } = setUp()
  for (let id = 1; id <= 5; id += 1) notifier.ended({ count: 1, jobs: [failed(id)] })
  pass()
  expect(shown).toEqual([
    { title: '5 jobs failed', body: 'job 1, job 2, job 3 and others', place: 'history' },
  ])
  pass()
  expect(shown).toHaveLength(1)
})

test('where not all were named it says so', () => {
  const { notifier, shown, pass } = setUp()
  notifier.ended({ count: 500, jobs: [failed(1)] })
  pass()
  expect(shown[0]?.title).toBe('1 or more jobs failed')
})

test('an empty queue is told when there was work, with what became of it', () => {
  const { notifier, shown } = setUp()
  notifier.summary(summary(0, 0, 10, 1))
  notifier.summary(summary(1, 2, 10, 1))
  notifier.summary(summary(0, 1, 11, 1))
  notifier.summary(summary(0, 0, 12, 2))
  notifier.summary(summary(0, 0, 12, 2))
  expect(shown).toEqual([{ title: 'The queue is empty', body: '2 succeeded, 1 failed', place: 'queue' }])
})

test('an empty queue at the start is no news', () => {
  const { notifier, shown } = setUp()
  notifier.summary(summary(0, 0))
  expect(shown).toEqual([])
})

test('settings turn both off', () => {
  const { notifier, shown, pass } = setUp({ notify_failed: false, notify_idle: false })
  notifier.ended({ count: 1, jobs: [failed(1)] })
  notifier.summary(summary(1, 0))
  notifier.summary(summary(0, 0))
  pass()
  expect(shown).toEqual([])
})
