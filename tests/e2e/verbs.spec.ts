import { expect, test } from './fixtures.ts'
import { isAlive } from './job-folder.ts'

test('cancel ends the whole tree of a running job', async ({ yard, jobs }) => {
  const command = 'sleep 300 & echo $! > child.pid; touch tree.started; wait'
  await yard.queueFiles(jobs.writeJobs('tree.job.json', { name: 'tree', command }))
  await jobs.started('tree')
  const child = Number(jobs.read('child.pid'))
  expect(isAlive(child)).toBe(true)
  await yard.queue.act('tree', 'Cancel')
  await yard.pool.counts('running', 0)
  await expect.poll(() => isAlive(child)).toBe(false)
  await yard.queue.chip('Cancelled').click()
  await yard.queue.shows('tree', 'Cancelled')
})

test('a suspended job stands still and goes on when it is resumed', async ({ yard, jobs }) => {
  await yard.queueFiles(jobs.writeJobs('still.job.json', jobs.gated('still')))
  await jobs.started('still')
  await yard.queue.act('still', 'Suspend process')
  await yard.queue.shows('still', 'Suspended')
  jobs.letGo('still')
  await yard.queue.act('still', 'Resume process')
  await yard.pool.counts('running', 0)
})

test('a held job waits until it is released', async ({ yard, jobs }) => {
  await yard.queueFiles(jobs.writeJobs('later.job.json', { ...jobs.gated('later'), hold: true }))
  await yard.queue.shows('later', 'Held')
  await yard.queue.act('later', 'Release')
  await jobs.started('later')
  jobs.letGo('later')
  await yard.pool.counts('running', 0)
})

test('waiting jobs that were cancelled come back by Undo', async ({ yard, jobs }) => {
  await yard.pool.pause()
  const names = ['a', 'b', 'c']
  await yard.queueFiles(jobs.writeJobs('abc.job.json', ...names.map((name) => jobs.gated(name))))
  await expect(yard.queue.names()).toHaveText(names)
  await yard.queue.select('a', 'c')
  await expect(yard.queue.toolbar).toContainText('2 selected')
  await yard.queue.toolbar.getByRole('button', { name: 'Cancel' }).click()
  await expect(yard.queue.names()).toHaveText(['b'])
  await yard.toasts.getByRole('button', { name: 'Undo' }).click()
  await expect(yard.queue.names()).toHaveText(names)
})

test('jobs are put in another order, by menu and by hand, and back by Undo', async ({ yard, jobs }) => {
  await yard.pool.pause()
  await yard.queueFiles(
    jobs.writeJobs('order.job.json', ...['a', 'b', 'c', 'd'].map((name) => jobs.gated(name))),
  )
  await expect(yard.queue.names()).toHaveText(['a', 'b', 'c', 'd'])
  await yard.queue.act('c', 'Move to top')
  await expect(yard.queue.names()).toHaveText(['c', 'a', 'b', 'd'])
  await yard.toasts.getByRole('button', { name: 'Undo' }).last().click()
  await expect(yard.queue.names()).toHaveText(['a', 'b', 'c', 'd'])
  await yard.queue.drag('d', { before: 'b' })
  await expect(yard.queue.names()).toHaveText(['a', 'd', 'b', 'c'])
})

test('all jobs that match are acted on, not only those on the screen', async ({ yard, jobs }) => {
  await yard.pool.pause()
  const many = Array.from({ length: 300 }, (_none, n) => ({ name: `many ${n}`, command: 'true' }))
  await yard.queueFiles(jobs.writeJobs('many.job.json', ...many, jobs.gated('other')))
  await yard.pool.counts('waiting', 301)
  await yard.page.getByLabel('Filter by name').fill('many')
  await expect(yard.queue.grid).toHaveAttribute('aria-rowcount', '301')
  await yard.queue.select('many 0')
  await yard.queue.toolbar.getByRole('button', { name: 'Select all 300' }).click()
  await yard.queue.toolbar.getByRole('button', { name: 'Cancel' }).click()
  await yard.pool.counts('waiting', 1)
})

test('a waiting job is edited, and what was written runs', async ({ yard, jobs }) => {
  await yard.pool.pause()
  await yard.queueFiles(
    jobs.writeJobs('draft.job.json', { name: 'draft', command: 'echo first > first.done' }),
  )
  await yard.queue.act('draft', 'Edit…')
  const dialog = yard.page.getByRole('dialog', { name: 'Edit job' })
  await dialog.getByLabel('Priority').fill('much')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog.getByLabel('Priority')).toHaveAttribute('aria-invalid', 'true')
  await dialog.getByLabel('Priority').fill('7')
  await dialog.getByLabel('Name').fill('final')
  await dialog.getByLabel(/^Command/).fill('echo second > second.done')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toBeHidden()
  await yard.queue.shows('final', '7')
  await yard.pool.resume()
  await jobs.appears('second.done')
  expect(jobs.has('first.done')).toBe(false)
})

test('a failed job runs again as another attempt, and both are kept', async ({ yard, jobs }) => {
  const command = 'if [ -e repaired ]; then echo well; else echo broken >&2; exit 3; fi'
  await yard.queueFiles(jobs.writeJobs('repair.job.json', { name: 'repair', command }))
  await yard.pool.counts('failed', 1)
  await yard.queue.chip('Failed').click()
  const job = await yard.openJob('repair')
  await expect(job.state).toContainText('Failed')
  await expect(job.state).toContainText('3')
  await expect(job.log).toContainText('broken')
  jobs.write('repaired', '')
  await job.act('Run again')
  await expect(job.state).toContainText('Succeeded')
  await expect(job.log).toContainText('well')
  await job.tab('Attempts').click()
  await expect(job.panel.getByRole('row')).toHaveCount(3)
  await expect(job.panel.getByRole('button', { name: 'Output of attempt 1' })).toBeVisible()
})
