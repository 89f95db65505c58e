import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import type { Yard } from './yard.ts'

// A look at everything takes axe its time.
test.slow()

type Scheme = 'light' | 'dark'

/** Everything axe has to say about what is on the screen, one line each. */
async function violations(page: Page, scheme: Scheme): Promise<string[]> {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
  const { violations: found } = await new AxeBuilder({ page }).analyze()
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary ?? ''}`),
  )
}

async function isAccessible(yard: Yard, what: string): Promise<void> {
  // A view is loaded when it is first opened.
  await expect(yard.page.locator('h1').first()).toBeAttached()
  for (const scheme of ['light', 'dark'] as const)
    expect.soft(await violations(yard.page, scheme), `${what}, ${scheme}`).toEqual([])
}

test('axe finds nothing on an app without jobs', async ({ yard }) => {
  for (const view of ['Queue', 'History', 'Workers', 'Settings'] as const) {
    await yard.goTo(view)
    if (view === 'Settings') await expect(yard.page.getByRole('region', { name: 'Durability' })).toBeVisible()
    await isAccessible(yard, `${view}, empty`)
  }
})

test('axe finds nothing on the views of jobs', async ({ yard, jobs }) => {
  await yard.queueFiles(
    jobs.writeJobs(
      'mixed.job.json',
      { name: 'well', command: 'echo well; echo \'{"result":{"a":[1,2]}}\'' },
      { name: 'badly', command: 'echo badly >&2; exit 3', group: 'other' },
    ),
  )
  await yard.pool.counts('failed', 1)
  await yard.queueFiles(
    jobs.writeJobs('now.job.json', jobs.gated('now'), { ...jobs.gated('later'), hold: true }),
  )
  await jobs.started('now')
  await yard.queue.shows('now', 'Running')
  await yard.queue.grid.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
  await yard.queue.select('later')
  await isAccessible(yard, 'the queue with a selection')
  await yard.queue.row('later').click({ button: 'right', position: { x: 12, y: 12 } })
  await isAccessible(yard, 'the menu of a job')
  await yard.page.keyboard.press('Escape')
  await yard.goTo('Workers')
  await isAccessible(yard, 'workers')
  await yard.goTo('History')
  await expect(yard.history.names()).toHaveCount(2)
  await isAccessible(yard, 'the history with its charts')
  await yard.history.row('well').getByRole('link').click()
  for (const tab of ['Output', 'Attempts', 'Result', 'Spec', 'Needs'] as const) {
    await yard.job.tab(tab).click()
    await isAccessible(yard, `the page of a job, ${tab}`)
  }
})

test('axe finds nothing on what opens above the views', async ({ yard, jobs }) => {
  const file = jobs.write(
    'mixed.job.yaml',
    'version: 1\njobs:\n  - { name: good, command: echo good }\n  - { name: bad, command: echo bad, timeout: soon }\n',
  )
  await yard.pool.pause()
  const sheet = await yard.drop(file)
  await isAccessible(yard, 'the preview of a drop')
  await sheet.queue()
  await yard.queue.act('good', 'Edit…')
  await expect(yard.page.getByRole('dialog', { name: 'Edit job' }).getByLabel('Name')).toHaveValue('good')
  await isAccessible(yard, 'the dialog that edits a job')
  await yard.page.keyboard.press('Escape')
  await yard.queue.act('good', 'Set priority…')
  await expect(yard.page.getByRole('dialog', { name: 'Priority of 1 job' })).toBeVisible()
  await isAccessible(yard, 'the dialog that sets a priority')
  await yard.page.keyboard.press('Escape')
  await yard.page.keyboard.press('ControlOrMeta+k')
  await expect(yard.page.getByRole('dialog', { name: 'Command palette' })).toBeVisible()
  await isAccessible(yard, 'the palette')
  await yard.page.keyboard.press('Escape')
  await yard.page.keyboard.press('?')
  await expect(yard.page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await isAccessible(yard, 'the sheet of shortcuts')
})
