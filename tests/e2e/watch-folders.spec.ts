import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './fixtures.ts'

test('a folder that is watched in the settings turns a file that comes there into a job', async ({
  yard,
  jobs,
  folder,
}) => {
  const recipe = `version: 1\naccepts: ['*.txt']\nname: 'count {/}'\ncommand: [wc, -c, '{}']\n`
  writeFileSync(join(folder, 'data', 'recipes', 'count.recipe.yaml'), recipe)
  const incoming = join(jobs.path, 'incoming')
  mkdirSync(incoming)
  await yard.goTo('Settings')
  const section = yard.page.getByRole('region', { name: 'Watch folders' })
  await section.getByLabel('Path of a folder to watch').fill(join(jobs.path, 'nowhere'))
  await section.getByLabel('Recipe for its files').selectOption('count')
  await section.getByRole('button', { name: 'Watch', exact: true }).click()
  await expect(yard.toasts).toContainText('There is no folder')
  await section.getByLabel('Path of a folder to watch').fill(incoming)
  await section.getByRole('button', { name: 'Watch', exact: true }).click()
  await expect(section.getByText('Watching, 0 files taken')).toBeVisible()
  jobs.write('incoming/a.txt', 'hello')
  await expect(section.getByText('Watching, 1 file taken')).toBeVisible({ timeout: 15_000 })
  await section.getByRole('switch', { name: `${incoming} for count` }).click()
  await expect(section.getByText('Off, 1 file taken')).toBeVisible()
  await section.getByRole('button', { name: `Watch ${incoming} no more` }).click()
  await expect(section.getByText('files taken')).toBeHidden()
  await yard.goTo('History')
  await expect(yard.page.getByText('count a.txt')).toBeVisible()
})
