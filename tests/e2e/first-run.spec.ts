import { join } from 'node:path'
import { expect, test } from './fixtures.ts'

test('whoever opens it for the first time is told what to drop, and where everything is kept', async ({
  yard,
}) => {
  await expect(yard.page.getByRole('heading', { name: 'Drop jobs here' })).toBeVisible()
  await expect(yard.page.getByText('Everything is kept in')).toContainText('data')
})

test('the examples can be tried in the app on this machine, and show what they would do first', async ({
  yard,
  host,
}) => {
  const button = yard.page.getByRole('button', { name: 'Try the examples' })
  // A browser may be on another machine than the examples.
  if (host.name === 'serve') {
    await expect(button).toBeHidden()
    return
  }
  await button.click()
  await yard.sheet.isOpen()
  await expect(yard.sheet.title).toHaveText(/^Queue \d\d jobs\?$/)
  await expect(yard.sheet.jobs.first()).toContainText(join('data', 'examples'))
})
