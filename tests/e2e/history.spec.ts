import { readFile } from 'node:fs/promises'
import { expect, test } from './fixtures.ts'

const PAST = [
  { name: 'alpha one', command: 'echo needle in alpha', group: 'greek' },
  { name: 'beta two', command: 'echo nothing here; exit 4', group: 'greek' },
  { name: 'gamma three', command: 'echo needle in gamma' },
]

test('the past is read by name, state, group, exit code and cause', async ({ yard, jobs }) => {
  await yard.finishFiles(PAST.length, jobs.writeJobs('past.job.json', ...PAST))
  const { history } = yard
  await expect(history.names()).toHaveCount(3)
  await history.filters.getByLabel('Name').fill('TWO')
  await expect(history.names()).toHaveText(['beta two'])
  await expect(history.row('beta two')).toContainText('Failed')
  await history.filters.getByRole('button', { name: 'Clear filters' }).click()
  await history.filters
    .getByRole('group', { name: 'States' })
    .getByRole('button', { name: 'Succeeded' })
    .click()
  await expect(history.names()).toHaveCount(2)
  await history.filters.getByLabel('Group').selectOption('greek')
  await expect(history.names()).toHaveText(['alpha one'])
  await history.filters.getByRole('button', { name: 'Clear filters' }).click()
  await history.filters.getByLabel('Exit code').fill('4')
  await expect(history.names()).toHaveText(['beta two'])
  await history.filters.getByRole('button', { name: 'Clear filters' }).click()
  await history.filters.getByLabel('Time').selectOption('hour')
  await expect(history.names()).toHaveCount(3)
  await history.row('alpha one').getByRole('link').click()
  await yard.job.isOf('alpha one')
  await expect(yard.job.log).toContainText('needle in alpha')
})

test('the charts are of the jobs that match the filters, and say where they are not', async ({
  yard,
  jobs,
}) => {
  await yard.finishFiles(PAST.length, jobs.writeJobs('past.job.json', ...PAST))
  const { history } = yard
  const charts = yard.page.getByRole('region', { name: 'Charts' })
  await expect(charts).toContainText(/succeeded\s*2/)
  await history.filters.getByLabel('Group').selectOption('greek')
  await expect(charts).toContainText(/succeeded\s*1/)
  await history.filters.getByLabel('Name').fill('alpha')
  await expect(charts).toContainText('Nothing failed in this time')
  await history.filters.getByRole('button', { name: 'Clear filters' }).click()
  await history.filters.getByLabel('Text in the output').fill('needle')
  await yard.page.keyboard.press('Enter')
  await expect(charts).toContainText('whatever they printed')
})

test('text of the output is searched for', async ({ yard, jobs }) => {
  await yard.finishFiles(PAST.length, jobs.writeJobs('past.job.json', ...PAST))
  const { history } = yard
  await history.filters.getByLabel('Text in the output').fill('needle')
  await yard.page.keyboard.press('Enter')
  await expect(yard.page.getByRole('status', { name: 'Search in the output' })).toHaveText(
    '2 jobs printed this',
  )
  await expect(history.row('gamma three')).toContainText('needle in gamma')
  await yard.page.getByRole('button', { name: 'Show all jobs' }).click()
  await expect(history.names()).toHaveCount(3)
})

test('what is selected in the past runs again, and is cleared with a way back', async ({ yard, jobs }) => {
  await yard.finishFiles(PAST.length, jobs.writeJobs('past.job.json', ...PAST))
  const { history } = yard
  await history.row('beta two').click({ position: { x: 12, y: 12 } })
  const bar = yard.page.getByRole('toolbar', { name: 'Selected jobs' })
  await bar.getByRole('button', { name: 'Clear' }).click()
  await expect(history.names()).toHaveCount(2)
  await yard.toasts.getByRole('button', { name: 'Undo' }).click()
  await expect(history.names()).toHaveCount(3)
  await yard.pool.pause()
  await history.row('alpha one').click({ position: { x: 12, y: 12 } })
  await bar.getByRole('button', { name: 'Run again' }).click()
  await yard.pool.counts('waiting', 1)
  await yard.pool.resume()
  await yard.pool.counts('waiting', 0)
})

test('the past is saved as a file', async ({ yard, jobs }) => {
  await yard.finishFiles(PAST.length, jobs.writeJobs('past.job.json', ...PAST))
  await expect(yard.history.names()).toHaveCount(3)
  await yard.page.getByRole('button', { name: 'Export' }).click()
  const coming = yard.page.waitForEvent('download')
  await yard.page.getByRole('menuitem', { name: 'CSV' }).click()
  const text = await readFile(await (await coming).path(), 'utf8')
  for (const { name } of PAST) expect(text).toContain(name)
})
