import { expect, test } from './fixtures.ts'

test('what to do when the queue is done is chosen, counted down to, and taken back', async ({
  yard,
  jobs,
}) => {
  const file = jobs.writeJobs('a.job.json', jobs.gated('last'))
  await yard.queueFiles(file)
  await jobs.started('last')
  await yard.page.getByRole('button', { name: 'Ways to stop' }).click()
  await yard.page.getByRole('menuitem', { name: 'When the queue is done: quit' }).click()
  await expect(yard.page.getByRole('banner', { name: 'Pool' })).toContainText('then quit')
  const strip = yard.page.getByRole('region', { name: 'The queue is done' })
  await expect(strip).toBeHidden()
  jobs.letGo('last')
  await expect(strip).toContainText(/Jobyard quits in \d+ seconds?\./)
  await expect(strip.getByRole('button', { name: 'Quit now' })).toBeVisible()
  await strip.getByRole('button', { name: 'Cancel' }).click()
  await expect(strip).toBeHidden()
  await expect(yard.page.getByRole('banner', { name: 'Pool' })).not.toContainText('then quit')
})
