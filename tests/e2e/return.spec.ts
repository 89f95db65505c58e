import { expect, test } from './fixtures.ts'

test('a page that is loaded anew in the middle shows the same and goes on', async ({ yard, jobs }) => {
  await yard.queueFiles(jobs.writeJobs('middle.job.json', jobs.gated('middle')))
  await jobs.started('middle')
  const job = await yard.openJob('middle')
  await expect(job.log).toContainText('middle waits')
  await yard.page.reload()
  await job.isOf('middle')
  await expect(job.state).toContainText('Running')
  await expect(job.log).toContainText('middle waits')
  jobs.letGo('middle')
  await expect(job.state).toContainText('Succeeded')
  await expect(job.log).toContainText('middle went on')
})

test('what was running when the app was killed is interrupted, and everything else is as it was', async ({
  yard,
  jobs,
  host,
  faults,
}) => {
  faults.expect(/WebSocket|ERR_CONNECTION_REFUSED|Failed to load resource|Failed to fetch/)
  await yard.queueFiles(
    jobs.writeJobs('before.job.json', { name: 'done before', command: 'echo done before' }),
  )
  await yard.pool.counts('running', 0)
  await yard.queueFiles(jobs.writeJobs('during.job.json', jobs.gated('during')))
  await jobs.started('during')
  await yard.queueFiles(jobs.writeJobs('held.job.json', { ...jobs.gated('held'), hold: true }))
  await host.end('kill')
  if (host.name === 'serve') await expect(yard.page.getByText('Reconnecting to Jobyard')).toBeVisible()
  await host.startAgain()
  const again = yard.on(await host.openAgain())
  await again.isReady()
  await again.pool.counts('interrupted', 1)
  await again.queue.shows('held', 'Held')
  await again.queue.chip('Interrupted').click()
  await again.queue.shows('during', 'Interrupted')
  await again.queue.shows('during', 'Jobyard crashed')
  jobs.letGo('during')
  await again.queue.act('during', 'Queue again')
  await again.queue.chip('Succeeded').click()
  await again.queue.shows('during', 'Succeeded')
  await again.queue.shows('done before', 'Succeeded')
  await again.pool.counts('interrupted', 0)
})

test('an app that was quit in order comes back with its queue', async ({ yard, jobs, host, faults }) => {
  faults.expect(/WebSocket|ERR_CONNECTION_REFUSED|Failed to load resource|Failed to fetch/)
  await yard.pool.pause()
  await yard.queueFiles(jobs.writeJobs('wait.job.json', jobs.gated('one'), jobs.gated('two')))
  await expect(yard.queue.names()).toHaveText(['one', 'two'])
  await host.end('quit')
  await host.startAgain()
  const again = yard.on(await host.openAgain())
  await again.isReady()
  await again.pool.is('Paused')
  await expect(again.queue.names()).toHaveText(['one', 'two'])
  jobs.letGo('one', 'two')
  await again.pool.resume()
  await again.pool.counts('waiting', 0)
})
