import { expect, test } from 'vitest'
import { formatRoute, parseRoute } from './routes.ts'

test('addresses lead to views, unknown ones to the queue', () => {
  expect(parseRoute('#/history')).toEqual({ view: 'history' })
  expect(parseRoute('#/job/42')).toEqual({ view: 'job', job_id: 42 })
  expect(parseRoute('#/job/x')).toEqual({ view: 'queue' })
  expect(parseRoute('')).toEqual({ view: 'queue' })
})

test('a route reads back as the same', () => {
  expect(parseRoute(formatRoute({ view: 'job', job_id: 7 }))).toEqual({ view: 'job', job_id: 7 })
})
