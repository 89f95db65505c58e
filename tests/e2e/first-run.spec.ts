import { join } from 'node:path'
import { expect, test } from './fixtures.ts'

test('whoever opens it for the first time is told what to drop, and where everything is kept', async ({
  yard,
}) => {
  await expect(yard.page.getByRole('heading', { name: 'Drop jobs here' })).toBeVisible()
  await expect(yard.page.getByText('Everything is kept in')).toContainText('data')
})

test('the examples can be tried, show what they would do first, and are the same a second time', async ({
  yard,
}) => {
  const button = yard.page.getByRole('button', { name: 'Try the examples' })
  for (const _time of [1, 2]) {
    await button.click()
    await yard.sheet.isOpen()
    await expect(yard.sheet.title).toHaveText(/^Queue \d\d jobs\?$/)
    await expect(yard.sheet.jobs.first()).toContainText(join('data', 'examples'))
    await yard.page.keyboard.press('Escape')
    await expect(yard.sheet.title).toBeHidden()
  }
})
