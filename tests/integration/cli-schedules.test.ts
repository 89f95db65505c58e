import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Place } from './cli-harness.ts'

const NIGHTLY = {
  name: 'nightly',
  command: 'true',
  schedule: { cron: '30 2 * * *', tz: 'Europe/Berlin', catchup: 'none' },
}

test('a job with a cron schedule is added as one, listed with its next time, and removed', async () => {
  const place = new Place()
  place.write('a.job.json', { version: 1, jobs: [NIGHTLY, { name: 'once', command: 'true' }] })
  const add = await place.cli('add', 'a.job.json')
  expect([add.code, add.stdout]).toEqual([0, 'added 1 job: 2\n'])
  expect(add.stderr).toMatch(/nightly is schedule 1: next at \d{4}-\d\d-\d\dT0[01]:30:00\.000Z\n/)
  const listed = await place.cli('schedules', '--json')
  expect(JSON.parse(listed.stdout)).toMatchObject([
    {
      id: 1,
      name: 'nightly',
      cron: '30 2 * * *',
      tz: 'Europe/Berlin',
      overlap: 'skip',
      catchup: 'none',
      skipped: 0,
    },
  ])
  expect((await place.cli('schedules')).stdout).toMatch(
    /^ID +NAME .*\n +1 +nightly +30 2 \* \* \* +Europe\/Berlin /,
  )
  const remove = await place.cli('schedules', 'remove', '1', '9')
  expect([remove.code, remove.stdout]).toEqual([1, 'removed 1 schedule\n'])
  expect(remove.stderr).toContain('there is no schedule 9 here')
  const none = await place.cli('schedules', '--json')
  expect([none.code, none.stdout]).toEqual([0, '[]\n'])
})

test('the example of a schedule is added from its own folder, and not with the other examples', async () => {
  const place = new Place()
  const examples = join(import.meta.dirname, '../../resources/examples')
  const others = await place.cli('preview', examples, '--json')
  expect(others.stdout).not.toContain('"schedule"')
  const add = await place.cli('add', join(examples, 'schedules'))
  expect([add.code, add.stderr]).toEqual([
    0,
    expect.stringContaining('nightly report is schedule 1: next at'),
  ])
})

test('what a preview shows of a job says when it comes', async () => {
  const place = new Place()
  const at = { name: 'later', command: 'true', schedule: { at: '2030-01-31T02:00:00+01:00' } }
  place.write('a.job.json', { version: 1, jobs: [NIGHTLY, at] })
  const table = await place.cli('preview', 'a.job.json')
  expect(table.stdout).toContain('30 2 * * * (Europe/Berlin)')
  expect(table.stdout).toContain('at 2030-01-31T01:00:00.000Z')
})

test('a run whose directory goes away with it says that a schedule comes to nothing there', async () => {
  const place = new Place()
  place.write('a.job.json', { version: 1, ...NIGHTLY })
  const run = await place.cli('run', 'a.job.json')
  expect(run.code).toBe(0)
  expect(run.stderr).toContain('nightly comes by its schedule, and not in this run: add it with jobyard add')
})

test('a job whose unique key another has is not added, and the other is named', async () => {
  const place = new Place()
  place.write('a.job.json', { version: 1, name: 'backup', command: 'true', unique: 'the backup' })
  expect((await place.cli('add', 'a.job.json')).stdout).toBe('added 1 job: 1\n')
  const again = await place.cli('add', 'a.job.json')
  expect([again.code, again.stdout]).toEqual([0, 'nothing was added\n'])
  expect(again.stderr).toContain('backup was not queued: job 1 has its unique key')
  const json = await place.cli('add', 'a.job.json', '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({
    count: 0,
    duplicates: { count: 1, first: [{ name: 'backup', of: 1 }] },
  })
  const page = await place.cli('show', '1')
  expect(page.stdout).toMatch(/unique +the backup \(active\)/)
})
