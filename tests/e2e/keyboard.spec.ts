import { expect, test } from './fixtures.ts'

test('a whole session without a mouse', async ({ yard, jobs }) => {
  const { page } = yard
  const { keyboard } = page
  // Pause, and bring two jobs in by the clipboard.
  await keyboard.press('p')
  await yard.pool.is('Paused')
  await yard.paste(
    JSON.stringify({
      version: 1,
      jobs: ['first', 'second'].map((name) => ({ cwd: jobs.path, ...jobs.gated(name) })),
    }),
  )
  await yard.sheet.isOpen()
  await yard.tabTo(yard.sheet.action)
  await keyboard.press('Enter')
  await expect(yard.queue.names()).toHaveText(['first', 'second'])
  // Into the list, the second one upwards, then the first on hold.
  await yard.tabTo(yard.queue.grid)
  await keyboard.press('Home')
  await keyboard.press('ArrowDown')
  await keyboard.press('Alt+ArrowUp')
  await expect(yard.queue.names()).toHaveText(['second', 'first'])
  await keyboard.press('End')
  await keyboard.press('h')
  await yard.queue.shows('first', 'Held')
  // The pool goes on; the page of the job that runs.
  await keyboard.press('p')
  await jobs.started('second')
  await keyboard.press('Home')
  await keyboard.press('Enter')
  await yard.job.isOf('second')
  await expect(yard.job.state).toContainText('Running')
  await yard.tabTo(yard.job.tab('Output'))
  await keyboard.press('ArrowRight')
  await expect(yard.job.tab('Attempts')).toHaveAttribute('aria-selected', 'true')
  jobs.letGo('second', 'first')
  await expect(yard.job.state).toContainText('Succeeded')
  // Back by a sequence; release what was held, by the menu of the row.
  await keyboard.press('g')
  await keyboard.press('q')
  await yard.tabTo(yard.queue.grid)
  await expect(yard.queue.names()).toHaveText(['first'])
  await keyboard.press('Home')
  await keyboard.press('Shift+F10')
  await expect(page.getByRole('menuitem', { name: 'Release' })).toBeVisible()
  await keyboard.press('ArrowDown')
  await keyboard.press('Enter')
  await yard.pool.counts('waiting', 0)
  await yard.pool.counts('running', 0)
  // The palette stops the pool.
  await keyboard.press('ControlOrMeta+k')
  await keyboard.type('stop when')
  await keyboard.press('Enter')
  await yard.pool.is('Stopped')
  // The past, by name, and from there to a job.
  await keyboard.press('g')
  await keyboard.press('h')
  await expect(yard.history.names()).toHaveCount(2)
  await yard.tabTo(yard.history.filters.getByLabel('Name'))
  await keyboard.type('sec')
  await expect(yard.history.names()).toHaveText(['second'])
  await yard.tabTo(yard.history.grid)
  await keyboard.press('Enter')
  await yard.job.isOf('second')
  await keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
})
