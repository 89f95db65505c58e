/** Schedules: jobs that are submitted at times, whatever the clock, the machine and Jobyard itself do meanwhile. */
import { describe, expect, test } from 'vitest'
import { writeJob } from '../../electron/engine/store/written-job.ts'
import type { JobSpec, Schedule } from '../../shared/job-spec.ts'
import type { ScheduleStatus } from '../../shared/status.ts'
import type { RealEngine, RealEngineOptions } from './real-engine.ts'
import { openEngine, shell } from './real-engine.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NIGHTLY: Schedule = { cron: '0 2 * * *', tz: 'UTC', overlap: 'skip', catchup: 'one' }

/** An engine with a clock of its own. */
class Yard {
  now_ms: number
  readonly dir: string | undefined
  real!: RealEngine

  constructor(at: string, dir?: string) {
    this.now_ms = Date.parse(at)
    this.dir = dir
  }

  static async open(at: string, options: RealEngineOptions = {}): Promise<Yard> {
    const yard = new Yard(at, options.dir)
    yard.real = await openEngine({ concurrency: 2, ...options, now: () => yard.now_ms })
    return yard
  }

  /** The clock shows this time from now on; what is due by then has been submitted when it resolves. */
  async at(time: string | number): Promise<void> {
    this.now_ms = typeof time === 'number' ? time : Date.parse(time)
    await this.real.engine.wake()
  }

  async add(spec: Partial<JobSpec> & { readonly schedule: Schedule }): Promise<number> {
    const { schedules } = await this.real.submitAll([{ ...shell('true'), name: 'nightly', ...spec }])
    return schedules?.first[0]?.id ?? 0
  }

  async schedule(id: number): Promise<ScheduleStatus | undefined> {
    return (await this.real.engine.schedules()).find((schedule) => schedule.id === id)
  }

  /** Jobs that were submitted until now. */
  async count(): Promise<number> {
    const counts = await this.real.counts()
    return Object.values(counts).reduce((sum, count) => sum + count, 0)
  }

  close(): Promise<void> {
    return this.real.close()
  }
}

function iso(ms: number | null | undefined): string | null {
  return ms == null ? null : new Date(ms).toISOString().slice(0, 16)
}

test('a schedule is stored and is no job; what it submits at its times is', async () => {
  const yard = await Yard.open('2026-05-01T12:00Z')
  const submission = await yard.real.submitAll([
    { ...shell('true'), name: 'nightly', schedule: NIGHTLY },
    shell('true'),
  ])
  expect(submission).toMatchObject({ count: 1, first_id: submission.last_id, schedules: { count: 1 } })
  await yard.real.engine.whenIdle()
  const id = submission.schedules?.first[0]?.id ?? 0
  expect(id).not.toBe(submission.first_id)
  await yard.at('2026-05-02T01:59:59Z')
  expect(await yard.count()).toBe(1)
  await yard.at('2026-05-02T02:00:00Z')
  expect(await yard.count()).toBe(2)
  await yard.real.engine.whenIdle()
  const found = await yard.schedule(id)
  expect([found?.last_ms, found?.next_ms].map(iso)).toEqual(['2026-05-02T02:00', '2026-05-03T02:00'])
  const { job, spec } = await yard.real.page(found?.last_job_id ?? 0)
  expect(job).toMatchObject({ name: 'nightly', state: 'succeeded' })
  expect(spec.schedule).toBeUndefined()
})

test('it survives a restart, and catches up with what was due meanwhile', async () => {
  const yard = await Yard.open('2026-05-01T12:00Z')
  const id = await yard.add({ schedule: NIGHTLY })
  await yard.close()
  const again = await Yard.open('2026-05-05T09:00Z', { dir: yard.real.dir, start: false })
  expect(await again.count()).toBe(0)
  await again.real.engine.start()
  expect(await again.count()).toBe(1)
  expect(await again.schedule(id)).toMatchObject({ skipped: 3, last_ms: Date.parse('2026-05-05T02:00Z') })
})

test.each([
  // Three times were missed, and one is due this very minute.
  ['none', 1, 3],
  ['one', 1, 3],
  ['all', 4, 0],
] as const)('of what was missed, catchup %s submits %i', async (catchup, submitted, skipped) => {
  const yard = await Yard.open('2026-05-01T12:00Z', { start: false })
  const id = await yard.add({ schedule: { ...NIGHTLY, catchup, overlap: 'all' } })
  await yard.real.engine.start()
  await yard.at('2026-05-05T02:00:30Z')
  expect(await yard.count()).toBe(submitted)
  expect(await yard.schedule(id)).toMatchObject({ skipped })
})

test('what comes a little late was not missed, and what comes later was', async () => {
  const yard = await Yard.open('2026-05-01T12:00Z')
  await yard.add({ schedule: { ...NIGHTLY, catchup: 'none' } })
  await yard.at('2026-05-02T02:00:59Z')
  expect(await yard.count()).toBe(1)
  await yard.at('2026-05-03T02:02Z')
  expect(await yard.count()).toBe(1)
})

describe('while the job before has not ended', () => {
  const open = async (overlap: Schedule['overlap']) => {
    const yard = await Yard.open('2026-05-01T12:00Z')
    const wait = `while ! [ -e ${yard.real.path('go')} ]; do sleep 0.05; done`
    const id = await yard.add({ ...shell(wait), schedule: { ...NIGHTLY, overlap } })
    await yard.at('2026-05-02T02:00Z')
    const first = (await yard.schedule(id))?.last_job_id ?? 0
    await yard.real.reaches(first, 'running')
    await yard.at('2026-05-03T02:00Z')
    return { yard, id, first }
  }

  test('skip submits none', async () => {
    const { yard, id } = await open('skip')
    expect(await yard.real.counts()).toEqual({ running: 1 })
    expect(await yard.schedule(id)).toMatchObject({ skipped: 1, next_ms: Date.parse('2026-05-04T02:00Z') })
    yard.real.file('go', '')
    await yard.real.engine.whenIdle()
    await yard.at('2026-05-04T02:00Z')
    await yard.real.engine.whenIdle()
    expect(await yard.real.counts()).toMatchObject({ succeeded: 2 })
  })

  test('queue submits one that waits for it, and the next for that', async () => {
    const { yard } = await open('queue')
    await yard.at('2026-05-04T02:00Z')
    expect(await yard.real.counts()).toEqual({ running: 1, blocked: 2 })
    yard.real.file('go', '')
    await yard.real.engine.whenIdle()
    expect(await yard.real.counts()).toMatchObject({ succeeded: 3 })
  })

  test('all submits one that runs beside it', async () => {
    const { yard } = await open('all')
    await yard.real.until(async () => (await yard.real.counts()).running === 2, 'both to run')
    yard.real.file('go', '')
    await yard.real.engine.whenIdle()
  })
})

describe('a clock that jumps', () => {
  test('forward over years submits one job, and does not take for ever', async () => {
    const yard = await Yard.open('2026-05-01T12:00Z')
    const id = await yard.add({ schedule: { ...NIGHTLY, cron: '* * * * *' } })
    await yard.at('2031-05-01T12:00:30Z')
    expect(await yard.count()).toBe(1)
    expect(iso((await yard.schedule(id))?.next_ms)).toBe('2031-05-01T12:01')
  })

  test('back by an hour does not submit again what was submitted', async () => {
    const yard = await Yard.open('2026-05-01T12:00Z')
    await yard.add({ schedule: { ...NIGHTLY, overlap: 'all' } })
    await yard.at('2026-05-02T02:30Z')
    await yard.at('2026-05-02T01:30Z')
    await yard.at('2026-05-02T02:00Z')
    expect(await yard.count()).toBe(1)
    await yard.at('2026-05-03T02:00Z')
    expect(await yard.count()).toBe(2)
  })

  test('back by years, as it had been wrong, does not wait for years', async () => {
    const yard = await Yard.open('2036-05-01T12:00Z')
    const id = await yard.add({ schedule: NIGHTLY })
    await yard.at('2026-05-01T12:00Z')
    expect(iso((await yard.schedule(id))?.next_ms)).toBe('2026-05-02T02:00')
    await yard.at('2026-05-02T02:00Z')
    expect(await yard.count()).toBe(1)
  })

  test('also makes a job due that waits for a time', async () => {
    const yard = await Yard.open('2026-05-01T12:00Z')
    const id = await yard.real.submitOne(shell('true', { at_ms: Date.parse('2026-06-01T00:00+02:00') }))
    await yard.at('2026-05-31T21:59:59Z')
    expect(await yard.real.state(id)).toBe('scheduled')
    await yard.at('2026-05-31T22:00Z')
    await yard.real.reaches(id, 'succeeded')
  })
})

test.each([
  ['Europe/Berlin', '2026-03-29', '30 2 * * *', 1],
  ['Europe/Berlin', '2026-10-25', '30 2 * * *', 1],
  ['America/New_York', '2026-03-08', '30 2 * * *', 1],
  ['America/New_York', '2026-11-01', '30 1 * * *', 1],
  ['Australia/Lord_Howe', '2026-10-04', '15 2 * * *', 1],
  ['Africa/Cairo', '2026-04-24', '0 0 * * *', 1],
  // A day of 23 hours and one of 25.
  ['Europe/Berlin', '2026-03-29', '0 * * * *', 23],
  ['Europe/Berlin', '2026-10-25', '0 * * * *', 25],
])('in %s the day %s of a clock change has %s as often as it should', async (tz, day, cron, count) => {
  const start = startOfDay(day, tz)
  const end = startOfDay(new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10), tz)
  const yard = await Yard.open(new Date(start - 1).toISOString(), { start: false })
  await yard.real.engine.setGroup('night', { paused: true })
  await yard.add({ group: 'night', schedule: { cron, tz, overlap: 'all', catchup: 'all' } })
  await yard.real.engine.start()
  for (let at = start; at < end; at += HOUR_MS / 4) await yard.at(at)
  expect(await yard.count()).toBe(count)
})

/** The first moment of a day in a zone: its clock shows that day then, and not a second before. */
function startOfDay(day: string, tz: string): number {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: tz,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  let at = Date.parse(day) - DAY_MS
  while (format.format(at) < day) at += HOUR_MS / 4
  return at
}

test('a schedule that was removed submits nothing more, and its id is not used again', async () => {
  const yard = await Yard.open('2026-05-01T12:00Z')
  const id = await yard.add({ schedule: NIGHTLY })
  expect(await yard.real.engine.removeSchedules([id, 99])).toBe(1)
  await yard.at('2026-05-02T02:00Z')
  expect(await yard.count()).toBe(0)
  await yard.close()
  const again = await Yard.open('2026-05-02T12:00Z', { dir: yard.real.dir })
  expect(await again.real.submitOne(shell('true'))).toBeGreaterThan(id)
})

test('of a submission that is given up no schedule is left, and before it is complete none does anything', async () => {
  const yard = await Yard.open('2026-05-01T12:00Z')
  const writer = yard.real.engine.openSubmission('streamed')
  const specs = Array.from({ length: 2_000 }, () => writeJob({ spec: shell('true') }))
  await writer.add([writeJob({ spec: { ...shell('true'), schedule: NIGHTLY } })])
  await writer.add(specs)
  await yard.at('2026-05-02T02:00Z')
  expect(await yard.real.engine.schedules()).toEqual([])
  expect(await yard.count()).toBe(0)
  await writer.abort()
  await yard.at('2026-05-03T02:00Z')
  expect(await yard.count()).toBe(0)
})

test('a job that is unique is passed over while another has its key', async () => {
  const yard = await Yard.open('2026-05-01T12:00Z')
  const unique = { key: 'k', while: 'active' } as const
  await yard.real.submit(shell('sleep 60', { unique }))
  const id = await yard.add({ unique, schedule: NIGHTLY })
  await yard.at('2026-05-02T02:00Z')
  expect(await yard.schedule(id)).toMatchObject({ skipped: 1, last_ms: null })
  expect(await yard.count()).toBe(1)
  await yard.real.engine.stop({ now: true })
})

test('a delay counts from the time of the schedule, and a schedule works on while the pool is paused', async () => {
  const yard = await Yard.open('2026-05-01T12:00Z')
  await yard.real.engine.pause()
  await yard.add({ delay_ms: HOUR_MS, schedule: NIGHTLY })
  await yard.at('2026-05-02T02:00Z')
  expect(await yard.real.counts()).toMatchObject({ scheduled: 1 })
  await yard.at('2026-05-02T03:00Z')
  expect(await yard.real.counts()).toMatchObject({ queued: 1 })
})
