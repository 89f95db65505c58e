import { expect, test } from './fixtures.ts'

test('a job is watched from its progress to its end, its output and its result', async ({ yard, jobs }) => {
  const gate = (name: string): string => `while [ ! -e ${name}.go ]; do sleep 0.05; done`
  const command = [
    `echo '{"progress":0.25,"message":"reading"}'; printf '\\033[31mred\\033[0m line\\n'; touch show.started`,
    gate('middle'),
    `echo '60%'; echo second >&2; touch half.started`,
    gate('end'),
    `echo '{"result":{"answer":42}}'; echo third`,
  ].join('\n')
  await yard.queueFiles(jobs.writeJobs('show.job.json', { name: 'show', command, env: { STAGE: 'big' } }))
  await yard.queue.shows('show', '25%')
  await yard.queue.shows('show', 'reading')
  const job = await yard.openJob('show')
  await expect(job.state).toContainText('25%')
  await expect(job.log).toContainText('red line')
  jobs.letGo('middle')
  await expect(job.state).toContainText('60%')
  await expect(job.log).toContainText('second')
  jobs.letGo('end')
  await expect(job.state).toContainText('Succeeded')
  await expect(job.log).toContainText('third')
  await job.tab('Result').click()
  await expect(job.panel).toContainText('42')
  await job.tab('Spec').click()
  await expect(job.panel).toContainText('STAGE')
  await job.tab('Attempts').click()
  await expect(job.panel.getByRole('row')).toHaveCount(2)
})

test('the streams of a log are told apart, and text is found in it', async ({ yard, jobs }) => {
  const command = 'for n in 1 2 3; do echo good $n; echo bad $n >&2; done; touch both.done'
  await yard.pool.pause()
  await yard.queueFiles(jobs.writeJobs('both.job.json', { name: 'both', command }))
  const job = await yard.openJob('both')
  await expect(job.panel).toContainText('It has not run yet')
  await yard.pool.resume()
  await jobs.appears('both.done')
  await expect(job.log).toContainText('good 3')
  await expect(job.log).toContainText('bad 3')
  await job.panel.getByRole('radio', { name: 'stderr' }).check()
  await expect(job.log).not.toContainText('good')
  await expect(job.log).toContainText('bad 1')
  await job.log.focus()
  await yard.page.keyboard.press('/')
  await yard.page.keyboard.type('bad 2')
  await expect(job.panel).toContainText('1 of 1')
})

test('a log of many lines is followed to its end, with few of them in the page', async ({ yard, jobs }) => {
  const command = 'i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo line $i; done'
  await yard.queueFiles(jobs.writeJobs('long.job.json', { name: 'long log', command }))
  await yard.queue.chip('Succeeded').click()
  const job = await yard.openJob('long log')
  await expect(job.log).toContainText('line 5000')
  expect(Number(await yard.page.evaluate('document.querySelectorAll("*").length'))).toBeLessThan(2_000)
})

test('workers are shown with what they do, and one is recycled', async ({ yard, jobs }) => {
  await yard.queueFiles(jobs.writeJobs('busy.job.json', jobs.gated('busy')))
  await jobs.started('busy')
  await yard.goTo('Workers')
  const card = yard.page.getByRole('article').filter({ hasText: 'busy' })
  await expect(card).toContainText('Busy')
  const name = (await card.getAttribute('aria-label')) ?? ''
  const restarts = card.getByTitle(/^Times the process here was started anew/)
  await expect(restarts).toContainText('0')
  await card.getByRole('button', { name: /^Recycle/ }).click()
  jobs.letGo('busy')
  await expect(yard.page.getByRole('article', { name, exact: true })).toBeHidden()
  await yard.goTo('Queue')
  await yard.queue.chip('Succeeded').click()
  await yard.queue.shows('busy', 'Succeeded')
  await yard.queueFiles(jobs.writeJobs('anew.job.json', jobs.gated('anew')))
  await jobs.started('anew')
  await yard.goTo('Workers')
  await expect(restarts).toContainText('1')
  jobs.letGo('anew')
})

test('settings are kept: the theme in the browser, groups and the rest with the data', async ({
  yard,
  jobs,
}) => {
  const { page } = yard
  await yard.queueFiles(
    jobs.writeJobs(
      'slow.job.json',
      ...['a', 'b'].map((name) => ({ ...jobs.gated(name), group: 'slow', hold: true })),
    ),
  )
  await yard.goTo('Settings')
  await page.getByRole('radio', { name: 'Dark' }).check()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(page.getByRole('region', { name: 'Groups' })).toContainText('slow')
  const retention = page.getByLabel('Keep ended jobs')
  await retention.selectOption({ index: 1 })
  const chosen = await retention.inputValue()
  const afterwards = page.getByRole('region', { name: 'Commands afterwards' })
  await afterwards.getByLabel('After which jobs').selectOption('failure')
  await afterwards.getByLabel('After each job').fill('echo {name}')
  await afterwards.getByLabel('When the queue is done').fill('echo {failed}')
  await afterwards.getByLabel('When the queue is done').blur()
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(page.getByLabel('Keep ended jobs')).toHaveValue(chosen)
  await expect(afterwards.getByLabel('After which jobs')).toHaveValue('failure')
  await expect(afterwards.getByLabel('After each job')).toHaveValue('echo {name}')
  await expect(afterwards.getByLabel('When the queue is done')).toHaveValue('echo {failed}')
})
