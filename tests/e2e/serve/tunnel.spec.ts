import { expect, test } from '../fixtures.ts'
import { ServeHost } from '../hosts/serve-host.ts'
import { Tunnel } from './tunnel.ts'

test('through a tunnel the app works as on the machine itself, and finds its way back when it broke', async ({
  yard,
  jobs,
  host,
  faults,
}) => {
  faults.expect(/WebSocket|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|Failed to load resource/)
  if (!(host instanceof ServeHost)) throw new Error('This is about the web host.')
  const tunnel = await Tunnel.open(host.port)
  const link = new URL(host.link)
  link.port = String(tunnel.port)
  const { page } = yard
  await page.goto(link.href)
  await yard.isReady()
  await yard.queueFiles(jobs.writeJobs('far.job.json', jobs.gated('far')))
  await jobs.started('far')
  await yard.queue.shows('far', 'Running')
  tunnel.cut()
  await expect(page.getByText('Reconnecting to Jobyard')).toBeVisible()
  jobs.letGo('far')
  tunnel.mend()
  await expect(page.getByText('Reconnecting to Jobyard')).toBeHidden()
  await yard.pool.counts('running', 0)
  await yard.queue.chip('Succeeded').click()
  await yard.queue.shows('far', 'Succeeded')
  await page.goto('about:blank')
  await tunnel.close()
})

test('without the link nobody gets in, and the page says what to do', async ({ yard, host, faults }) => {
  faults.expect(/WebSocket|Failed to load resource/)
  if (!(host instanceof ServeHost)) throw new Error('This is about the web host.')
  const { page } = yard
  await page.context().clearCookies()
  await page.goto('about:blank')
  await page.goto(new URL('/', host.link).href)
  await expect(page.getByRole('heading', { name: 'This page needs its link' })).toBeVisible()
  await page.goto(host.link)
  await yard.isReady()
  expect(page.url()).not.toContain('token')
})
