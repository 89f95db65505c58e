import { expect, test } from './fixtures.ts'

test('a paused pool starts nothing, what runs goes on, and resume starts the rest', async ({
  yard,
  jobs,
}) => {
  await yard.queueFiles(jobs.writeJobs('first.job.json', jobs.gated('first')))
  await jobs.started('first')
  await yard.pool.pause()
  await yard.queueFiles(jobs.writeJobs('second.job.json', jobs.gated('second')))
  await yard.pool.counts('waiting', 1)
  await yard.pool.counts('running', 1)
  jobs.letGo('first', 'second')
  await yard.pool.counts('running', 0)
  expect(jobs.has('second.started')).toBe(false)
  await yard.pool.resume()
  await yard.pool.counts('waiting', 0)
  await jobs.started('second')
})

test('stop lets running jobs finish and starts no more, until start', async ({ yard, jobs }) => {
  await yard.queueFiles(jobs.writeJobs('one.job.json', jobs.gated('one')))
  await jobs.started('one')
  await yard.pool.stop()
  await yard.pool.is('Stopping')
  await yard.queueFiles(jobs.writeJobs('two.job.json', jobs.gated('two')))
  await yard.pool.counts('running', 1)
  jobs.letGo('one')
  await yard.pool.is('Stopped')
  await yard.pool.counts('waiting', 1)
  expect(jobs.has('two.started')).toBe(false)
  await yard.pool.start()
  await jobs.started('two')
  jobs.letGo('two')
  await yard.pool.counts('running', 0)
})

test('stop now, once confirmed, ends running jobs, which are interrupted and can be queued again', async ({
  yard,
  jobs,
}) => {
  await yard.queueFiles(jobs.writeJobs('long.job.json', jobs.gated('long')))
  await jobs.started('long')
  await yard.pool.stopNow()
  await yard.pool.is('Stopped')
  await yard.pool.counts('interrupted', 1)
  await yard.queue.chip('Interrupted').click()
  await yard.queue.shows('long', 'Interrupted')
  const job = await yard.openJob('long')
  await expect(job.state).toContainText('Interrupted')
  await job.act('Queue again')
  await expect(job.state).toContainText('Queued')
  jobs.letGo('long')
  await yard.pool.start()
  await expect(job.state).toContainText('Succeeded')
})

test('the number of workers is how many jobs run at once', async ({ yard, jobs }) => {
  const workers = yard.page.getByRole('group', { name: 'Workers' })
  await workers.getByRole('textbox').fill('1')
  await workers.getByRole('textbox').press('Enter')
  await yard.queueFiles(jobs.writeJobs('three.job.json', ...['a', 'b', 'c'].map((name) => jobs.gated(name))))
  await jobs.started('a')
  await yard.pool.counts('running', 1)
  await yard.pool.counts('waiting', 2)
  await workers.getByRole('button', { name: 'More: Workers' }).click()
  await workers.getByRole('button', { name: 'More: Workers' }).click()
  await Promise.all([jobs.started('b'), jobs.started('c')])
  await yard.pool.counts('running', 3)
  jobs.letGo('a', 'b', 'c')
  await yard.pool.counts('running', 0)
})
