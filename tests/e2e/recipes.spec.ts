import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { startDrag } from './drop.ts'
import { expect, test } from './fixtures.ts'

const COPY = `title: Copy it
accepts: ['*.dat']
command: [cp, '{}', '{output}']
output: out/{/}
`

test('files that are no jobs are offered a recipe, which was imported before, and run by it', async ({
  yard,
  jobs,
}) => {
  const { page } = yard
  await yard.goTo('Settings')
  const recipes = page.getByRole('region', { name: 'Recipes' })
  await recipes.getByLabel('Recipe files').setInputFiles({
    name: 'copy.recipe.yaml',
    mimeType: 'text/yaml',
    buffer: Buffer.from(COPY),
  })
  await expect(yard.toasts).toContainText('The recipe copy was saved')
  await expect(recipes).toContainText('*.dat → out/{/}')
  await recipes.getByLabel('Recipe files').setInputFiles({
    name: 'copy.recipe.yaml',
    mimeType: 'text/yaml',
    buffer: Buffer.from(COPY.replace('out/', 'copies/')),
  })
  await yard.toasts.getByRole('button', { name: 'Replace' }).click()
  await expect(recipes).toContainText('*.dat → copies/{/}')

  const file = jobs.write('a b.dat', 'data')
  const sheet = await yard.drop(file)
  await expect(sheet.faults).toHaveCount(1)
  await sheet.dialog.getByRole('button', { name: 'Use recipe Copy it' }).press('Enter')
  await expect(sheet.title).toHaveText('Queue 1 job?')
  await expect(sheet.dialog).toContainText('With the recipe copy')
  await sheet.queue()
  await yard.goTo('History')
  await expect(yard.history.names()).toHaveText(['copy a b.dat'])

  await yard.history.row('copy a b.dat').getByRole('link').click()
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Save as recipe…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Save as recipe' })
  await dialog.getByLabel('Name').fill('again')
  await expect(dialog.getByLabel('In place of this')).toHaveValue(/\/a b\.dat$/)
  await expect(dialog.getByRole('textbox', { name: 'Recipe', exact: true })).toHaveValue(
    /- cp\n {2}- "\{\}"\n/,
  )
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(yard.toasts).toContainText('The recipe again was saved')

  await yard.goTo('Settings')
  const download = page.waitForEvent('download')
  await recipes.getByRole('button', { name: 'Export the recipe copy' }).click()
  expect(readFileSync(await (await download).path(), 'utf8')).toBe(COPY.replace('out/', 'copies/'))
  await recipes.getByRole('button', { name: 'Remove the recipe copy' }).click()
  await expect(recipes).not.toContainText('Copy it')
  await yard.toasts.getByRole('button', { name: 'Undo' }).click()
  await expect(recipes).toContainText('Copy it')
})

test('a recipe that is dropped is added from the sheet, and one with a fault says where', async ({
  yard,
  jobs,
}) => {
  const sheet = await yard.drop(jobs.write('copy.recipe.yaml', COPY))
  const add = sheet.dialog.getByRole('button', { name: 'Add to the recipes' })
  await add.press('Enter')
  await expect(sheet.dialog.getByRole('button', { name: 'Added' })).toBeDisabled()
  await sheet.cancel()
  const bad = await yard.drop(jobs.write('bad.recipe.yaml', 'command: [cat, "{}"]\nacepts: .mov\n'))
  await add.press('Enter')
  await expect(yard.toasts).toContainText('Line 2, column 1: Unknown key "acepts". Did you mean "accepts"?')
  await bad.cancel()
})

test('files are dropped on a recipe itself, and what is done already is left out', async ({ yard, jobs }) => {
  const { dialog } = await yard.drop(jobs.write('copy.recipe.yaml', COPY))
  await dialog.getByRole('button', { name: 'Add to the recipes' }).press('Enter')
  await expect(dialog.getByRole('button', { name: 'Added' })).toBeVisible()
  await yard.sheet.cancel()
  const data = jobs.write('data/a.dat', 'a')
  jobs.write('data/b.dat', 'b')
  jobs.write('data/out/b.dat', 'b')
  const drag = await startDrag(yard.page, [dirname(data)])
  await drag.drop(yard.page.getByText('Copy it', { exact: true }))
  await yard.sheet.isOpen()
  await expect(yard.sheet.jobs).toHaveText([/copy a\.dat/])
  await expect(yard.sheet.dialog.getByRole('list', { name: 'Files left out' })).toHaveText(
    /b\.dat → .*out\/b\.dat/,
  )
  await yard.sheet.queue()
  await yard.goTo('History')
  await expect(yard.history.names()).toHaveText(['copy a.dat'])
})
