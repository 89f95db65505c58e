import type { Locator } from '@playwright/test'
import { expect, test } from './fixtures.ts'

function head(grid: Locator, name: string): Locator {
  return grid.getByRole('columnheader', { name, exact: true })
}

test('the queue is sorted by a click on a column, up, down and not any more', async ({ yard, jobs }) => {
  const { queue } = yard
  await yard.pool.pause()
  await yard.queueFiles(
    jobs.writeJobs(
      'sorted.job.json',
      ...[
        { name: 'frame 10', command: 'true', priority: 2 },
        { name: 'frame 9', command: 'true' },
        { name: 'Frame 1', command: 'true', priority: 7 },
      ],
    ),
  )
  await expect(queue.names()).toHaveText(['Frame 1', 'frame 10', 'frame 9'])
  const name = head(queue.grid, 'Name')
  await name.getByRole('button').click()
  await expect(queue.names()).toHaveText(['Frame 1', 'frame 9', 'frame 10'])
  await expect(name).toHaveAttribute('aria-sort', 'ascending')
  await name.getByRole('button').click()
  await expect(queue.names()).toHaveText(['frame 10', 'frame 9', 'Frame 1'])
  await expect(name).toHaveAttribute('aria-sort', 'descending')
  // By the keyboard, to the priority.
  await yard.page.keyboard.press('ArrowRight')
  await yard.page.keyboard.press('ArrowRight')
  await yard.page.keyboard.press('Enter')
  await expect(head(queue.grid, 'Priority')).toHaveAttribute('aria-sort', 'descending')
  await expect(queue.names()).toHaveText(['Frame 1', 'frame 10', 'frame 9'])
  await yard.page.keyboard.press('Enter')
  await expect(queue.names()).toHaveText(['frame 9', 'frame 10', 'Frame 1'])
  await yard.page.keyboard.press('Enter')
  await expect(head(queue.grid, 'Priority')).not.toHaveAttribute('aria-sort')
  await expect(queue.names()).toHaveText(['Frame 1', 'frame 10', 'frame 9'])
})

test('the history is sorted by any column that it shows', async ({ yard, jobs }) => {
  const { history } = yard
  const past = [
    { name: 'b', command: 'exit 3' },
    { name: 'a', command: 'exit 0' },
    { name: 'c', command: 'exit 12' },
  ]
  await yard.finishFiles(past.length, jobs.writeJobs('past.job.json', ...past))
  await expect(history.names()).toHaveCount(3)
  await expect(head(history.grid, 'Ended')).toHaveAttribute('aria-sort', 'descending')
  await head(history.grid, 'Name').getByRole('button').click()
  await expect(history.names()).toHaveText(['a', 'b', 'c'])
  await expect(head(history.grid, 'Ended')).not.toHaveAttribute('aria-sort')
  await yard.page.getByRole('button', { name: 'Columns' }).click()
  await yard.page.getByRole('menuitemcheckbox', { name: 'Exit code' }).click()
  await yard.page.keyboard.press('Escape')
  await head(history.grid, 'Exit code').getByRole('button').click()
  await expect(history.names()).toHaveText(['c', 'b', 'a'])
  await head(history.grid, 'Exit code').getByRole('button').click()
  await expect(history.names()).toHaveText(['a', 'b', 'c'])
})

test('the end of a long list is one key away, in any order', async ({ yard, jobs }) => {
  const { queue, page } = yard
  const count = 3_000
  await yard.pool.pause()
  const many = Array.from({ length: count }, (_none, n) => ({ name: `job ${n + 1}`, command: 'true' }))
  await yard.queueFiles(jobs.writeJobs('many.job.json', ...many))
  await expect(queue.grid).toHaveAttribute('aria-rowcount', String(count + 1))
  await queue.grid.focus()
  await page.keyboard.press('End')
  await expect(queue.row(`job ${count}`)).toBeInViewport()
  await expect(queue.row(`job ${count}`)).toHaveAttribute('aria-rowindex', String(count + 1))
  await page.keyboard.press('PageUp')
  await expect(queue.rows.first()).not.toContainText(`job ${count}`)
  await page.keyboard.press('Home')
  await expect(queue.row('job 1')).toBeInViewport()
  await head(queue.grid, 'Name').getByRole('button').click()
  await head(queue.grid, 'Name').getByRole('button').click()
  await expect(queue.row(`job ${count}`)).toBeInViewport()
  await queue.grid.focus()
  await page.keyboard.press('End')
  await expect(queue.row('job 1')).toHaveAttribute('aria-rowindex', String(count + 1))
})

test('the priority is raised, lowered and set: by keys, bar, menu and palette, with a way back', async ({
  yard,
  jobs,
}) => {
  const { queue, page } = yard
  await yard.pool.pause()
  await yard.queueFiles(jobs.writeJobs('urgent.job.json', ...['a', 'b', 'c'].map((name) => jobs.gated(name))))
  await expect(queue.names()).toHaveText(['a', 'b', 'c'])
  await queue.select('c')
  await page.keyboard.press('+')
  await expect(queue.names()).toHaveText(['c', 'a', 'b'])
  await expect(yard.toasts).toContainText('1 job raised in priority')
  await yard.toasts.getByRole('button', { name: 'Undo' }).click()
  await expect(queue.names()).toHaveText(['a', 'b', 'c'])
  await queue.act('a', 'Lower priority')
  await expect(queue.names()).toHaveText(['b', 'c', 'a'])
  // All that match, by the bar.
  await queue.toolbar.getByRole('button', { name: 'Select all 3' }).click()
  await queue.toolbar.getByRole('button', { name: 'Priority', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Set priority…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Priority of 3 jobs' })
  await dialog.getByLabel('Priority').fill('soon')
  await dialog.getByRole('button', { name: 'Set' }).click()
  await expect(dialog.getByLabel('Priority')).toHaveAttribute('aria-invalid', 'true')
  await dialog.getByLabel('Priority').fill('4')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(queue.names()).toHaveText(['a', 'b', 'c'])
  await expect(queue.rows.filter({ hasText: '4' })).toHaveCount(3)
  await queue.select('b')
  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('raise priority')
  await page.keyboard.press('Enter')
  await expect(queue.names()).toHaveText(['b', 'a', 'c'])
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Raise the priority')
})
