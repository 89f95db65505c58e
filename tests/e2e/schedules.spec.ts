import { expect, test } from './fixtures.ts'

test('a job with a cron schedule says so in the sheet, and is listed and removed in the settings', async ({
  yard,
  jobs,
}) => {
  const file = jobs.writeJobs(
    'nightly.job.json',
    { name: 'nightly', command: 'true', schedule: { cron: '30 2 * * *', tz: 'Europe/Berlin' } },
    { name: 'wide', command: 'true', slots: 3 },
  )
  const sheet = await yard.drop(file)
  await expect(sheet.jobs.nth(0)).toContainText('schedule 30 2 * * *')
  await expect(sheet.jobs.nth(1)).toContainText('3 slots')
  await sheet.queue()
  await expect(yard.toasts).toContainText('1 job queued, 1 schedule added')
  const again = await yard.drop(file)
  await expect(again.jobs.nth(0)).toContainText(/same as schedule \d+/)
  await again.cancel()
  await yard.goTo('Settings')
  const remove = yard.page.getByRole('button', { name: 'Remove the schedule nightly' })
  await expect(yard.page.getByText('30 2 * * *')).toBeVisible()
  await remove.click()
  await expect(remove).toBeHidden()
})

test('a drop of what is unique names the job that has the key, and leaves it out', async ({ yard, jobs }) => {
  const unique = { key: 'the backup', while: 'ever' }
  const file = jobs.writeJobs('backup.job.json', { name: 'backup', command: 'true', unique, timeout: '300%' })
  await yard.queueFiles(file)
  await expect(yard.toasts).toContainText('1 job queued')
  const sheet = await yard.drop(file)
  await expect(sheet.jobs.nth(0)).toContainText(/not queued: key of job \d+/)
  await sheet.queue()
  await expect(yard.toasts).toContainText('0 jobs queued')
  await expect(yard.toasts).toContainText(/1 job was left out: job \d+ has the unique key of backup/)
})
