import { describe, expect, test } from 'vitest'
import { JobDrop } from '../../../tests/fakes/job-drop.ts'

async function read(text: string) {
  const { jobs, problems } = await new JobDrop().readText('a.job.yaml', text)
  return {
    specs: jobs.map(({ spec }) => spec),
    problems: problems.map(
      ({ line, column, path, code, message }) => `${line}:${column} ${path} ${code}: ${message}`,
    ),
  }
}

async function spec(keys: string) {
  const { specs, problems } = await read(`command: x\n${keys}`)
  expect(problems).toEqual([])
  return specs[0]
}

async function fault(keys: string): Promise<string> {
  const { problems } = await read(`command: x\n${keys}`)
  expect(problems).toHaveLength(1)
  return problems[0] ?? ''
}

test('slots, limits and unique keys are normalised', async () => {
  expect(await spec('slots: 4\nlimits: { memory: 1GiB }\nunique: k')).toMatchObject({
    slots: 4,
    memory: { max_bytes: 2 ** 30, sustain_ms: 2_000 },
    unique: { key: 'k', while: 'active' },
  })
  expect(await spec('limits: { memory: 5MB, sustain: 0 }\nunique: { key: k, while: ever }')).toMatchObject({
    memory: { max_bytes: 5_000_000, sustain_ms: 0 },
    unique: { key: 'k', while: 'ever' },
  })
})

test('a timeout is a duration or a share', async () => {
  expect(await spec('timeout: 300%')).toMatchObject({ timeout_percent: 300 })
  expect(await spec('timeout: 12.5%')).not.toHaveProperty('timeout_ms')
  expect(await spec('timeout: 2h')).toMatchObject({ timeout_ms: 7_200_000 })
  expect(await fault('timeout: 0%')).toContain('or a share of the usual run time, like "300%", found "0%"')
})

test('a schedule is a time or a pattern', async () => {
  expect(await spec('schedule: { at: 2030-01-31T02:00:00+01:00 }')).toMatchObject({
    at_ms: Date.parse('2030-01-31T01:00:00Z'),
  })
  expect(await spec('schedule: { cron: "0 2 * * *", tz: Europe/Berlin }')).toMatchObject({
    schedule: { cron: '0 2 * * *', tz: 'Europe/Berlin', overlap: 'skip', catchup: 'one' },
  })
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone
  expect(await spec('schedule: { cron: "0 2 * * MON-FRI", overlap: queue, catchup: none }')).toMatchObject({
    schedule: { tz, overlap: 'queue', catchup: 'none' },
  })
})

describe('a fault in them is told at its place', () => {
  test.each([
    ['slots: 0', '2:8 slots INVALID: Expected a whole number from 1 to 1024, found 0.'],
    ['limits: { memory: 0 }', '2:19 limits.memory INVALID: Expected a size of at least one byte'],
    ['limits: { sustain: 3s }', '2:9 limits.memory MISSING'],
    [
      'limits: { memroy: 1GiB, memory: 1GiB }',
      '2:11 limits.memroy UNKNOWN_KEY: Unknown key "memroy". Did you mean "memory"?',
    ],
    ['unique: { while: ever }', '2:9 unique.key MISSING'],
    ['schedule: { tz: UTC }', '2:11 schedule MISSING: A schedule has to say when: at or cron.'],
    ['schedule: { at: 2030-01-31T02:00:00 }', '2:17 schedule.at INVALID: Expected a time with its zone'],
    ['schedule: { at: 2030-02-30T02:00:00Z }', '2:17 schedule.at INVALID: Expected a time with its zone'],
    [
      'schedule: { at: 2030-01-31T02:00:00Z, tz: UTC }',
      '2:1 schedule CONFLICT: tz, overlap and catchup belong to cron.',
    ],
    ['schedule: { cron: "* * * *" }', '2:19 schedule.cron INVALID: Expected five fields'],
    [
      'schedule: { cron: "* * * * *", tz: Mars/Base }',
      '2:36 schedule.tz INVALID: Expected the name of a time zone',
    ],
    [
      'schedule: { cron: "0 25 * * *" }',
      '2:19 schedule.cron INVALID: "0 25 * * *" is no cron pattern that is ever due: Invalid value for hour: 25.',
    ],
    ['schedule: { cron: "0 0 30 2 *" }', 'is no cron pattern that is ever due: there is no such day.'],
    [
      'delay: 5\nschedule: { at: 2030-01-31T02:00:00Z }',
      '2:8 delay CONFLICT: A job starts at a time or after a delay',
    ],
  ])('%s', async (keys, expected) => {
    expect(await fault(keys)).toContain(expected)
  })

  test('nothing can need what comes again and again, and that needs nothing', async () => {
    const { problems } = await read(
      'jobs:\n  - { name: a, command: x, schedule: { cron: "* * * * *" } }\n  - { name: b, command: x, needs: [a] }\n' +
        '  - { name: c, command: x }\n  - { name: d, command: x, needs: [c], schedule: { cron: "* * * * *" } }\n',
    )
    expect(problems.sort()).toEqual([
      expect.stringMatching(
        /^3:\d+ jobs\[1\]\.needs\[0\] CONFLICT: The job "a" comes again and again by its schedule/,
      ),
      expect.stringMatching(
        /^5:\d+ jobs\[3\]\.needs CONFLICT: A job with a cron schedule comes again and again/,
      ),
    ])
  })
})
