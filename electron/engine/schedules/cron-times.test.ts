import { Cron } from 'croner'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cronFault, nextTime } from './cron-times.ts'

/** The next so many times after one, as they are written in UTC. */
function times(cron: string, tz: string, after: string, count: number): string[] {
  const found: string[] = []
  let at: number | null = Date.parse(after)
  while (found.length < count) {
    at = nextTime({ cron, tz }, at)
    if (at === null) break
    found.push(new Date(at).toISOString().slice(0, 16))
  }
  return found
}

describe('where the clock jumps forward', () => {
  test.each([
    // 02:00 becomes 03:00.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:30']],
    ['0,30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:00']],
    ['*/20 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:00']],
    ['30 2,5 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-29T03:30']],
    ['30 2 * * *', 'America/New_York', '2026-03-07T12:00Z', ['2026-03-08T07:00', '2026-03-09T06:30']],
    // Half an hour only: 02:00 becomes 02:30.
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T16:00Z', ['2026-10-03T15:30', '2026-10-04T15:15']],
    ['45 2 * * *', 'Australia/Lord_Howe', '2026-10-02T18:00Z', ['2026-10-03T15:45', '2026-10-04T15:45']],
    // There is no midnight.
    ['0 0 * * *', 'Africa/Cairo', '2026-04-22T23:00Z', ['2026-04-23T22:00', '2026-04-24T21:00']],
    // Once a year, on that very day.
    ['15,45 2 29 3 *', 'Europe/Berlin', '2026-01-01T00:00Z', ['2026-03-29T01:00', '2027-03-29T00:15']],
    // A whole day was left out.
    ['0 12 30 12 *', 'Pacific/Apia', '2011-12-01T00:00Z', ['2011-12-30T10:00', '2012-12-29T22:00']],
  ])('%s in %s is due at the jump in place of what it leaves out', (cron, tz, after, expected) => {
    expect(times(cron, tz, after, 2)).toEqual(expected)
  })

  test('a pattern for every hour is due in each hour that there is', () => {
    expect(times('15 * * * *', 'Europe/Berlin', '2026-03-28T23:20Z', 3)).toEqual([
      ...['2026-03-29T00:15', '2026-03-29T01:15', '2026-03-29T02:15'],
    ])
  })
})

describe('where the clock jumps back', () => {
  test.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
    ['0,30 2 * * *', 'Europe/Berlin', '2026-10-25T00:10Z', ['2026-10-25T00:30', '2026-10-26T01:00']],
    ['30 1 * * *', 'America/New_York', '2026-10-31T12:00Z', ['2026-11-01T05:30', '2026-11-02T06:30']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T00:00Z', ['2026-04-04T14:45', '2026-04-05T15:15']],
  ])('%s in %s is due once in the repeated time', (cron, tz, after, expected) => {
    expect(times(cron, tz, after, 2)).toEqual(expected)
  })

  test('a pattern for every hour is due in both of the same name', () => {
    expect(times('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30Z', 3)).toEqual([
      ...['2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00'],
    ])
  })
})

test('what no change of the clock touches is as the library says, whatever the pattern and zone', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  ]
  const list = (max: number, min = 0) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min, max }).map(String),
      fc.uniqueArray(fc.integer({ min, max }), { minLength: 2, maxLength: 3 }).map((all) => all.join(',')),
      fc.integer({ min: 2, max: 6 }).map((step) => `*/${step}`),
    )
  const pattern = fc
    .tuple(list(59), list(23), list(28, 1), list(12, 1), list(6))
    .map((fields) => fields.join(' '))
  const at = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(pattern, fc.constantFrom(...zones), at, (cron, tz, after) => {
      const found = nextTime({ cron, tz }, after.getTime())
      const library = new Cron(cron, { timezone: tz, mode: '5-part', paused: true }).nextRun(after)?.getTime()
      if (found === library) return
      // Only what a change of the clock leaves out or repeats is ours to decide.
      const [first, last] = [Math.min(found ?? 0, library ?? 0), Math.max(found ?? 0, library ?? 0)]
      expect(offset(tz, first - 7_200_000)).not.toBe(offset(tz, found === first ? first : last))
    }),
    { numRuns: 500 },
  )
})

function offset(tz: string, at_ms: number): string | undefined {
  const format = new Intl.DateTimeFormat('en', { timeZone: tz, timeZoneName: 'longOffset' })
  return format.formatToParts(at_ms).find(({ type }) => type === 'timeZoneName')?.value
}

test('a pattern that is none, or of a day that never comes, is told with the reason', () => {
  expect(cronFault({ cron: '0 2 * * *', tz: 'UTC' })).toBeNull()
  expect(cronFault({ cron: '0 0 30 2 *', tz: 'UTC' })).toBe('there is no such day')
  expect(cronFault({ cron: '61 * * * *', tz: 'UTC' })).toBe('Invalid value for minute: 61')
  expect(cronFault({ cron: 'a b c d e', tz: 'UTC' })).toMatch(/illegal characters/)
})

test('a year of minutes is gone through in no time', () => {
  const from = performance.now()
  expect(times('* * * * *', 'Europe/Berlin', '2026-03-28T00:00Z', 2_000).at(-1)).toBe('2026-03-29T09:20')
  expect(performance.now() - from).toBeLessThan(3_000)
})
