import { join } from 'node:path'
import { startDrag } from './drop.ts'
import { expect, test } from './fixtures.ts'

test('files held over the window are invited', async ({ yard, jobs }) => {
  const file = jobs.writeJobs('hello.job.json', { name: 'hello', command: 'echo hello' })
  const overlay = yard.page.getByText('Drop to see what would run')
  const drag = await startDrag(yard.page, [file])
  await expect(overlay).toBeVisible()
  await drag.drop()
  await expect(overlay).toBeHidden()
  await yard.sheet.isOpen()
})

test('a drop shows what it would queue, and runs nothing before a person says so', async ({ yard, jobs }) => {
  const file = jobs.writeJobs(
    'two.job.json',
    { name: 'greet', command: 'echo hello > greeted', group: 'talk', priority: 3, env: { MOOD: 'good' } },
    { name: 'leave', command: ['echo', 'bye'], needs: ['greet'], on_finish: 'echo {state}' },
  )
  const sheet = await yard.drop(file)
  await expect(sheet.title).toHaveText('Queue 2 jobs?')
  await expect(sheet.jobs).toHaveCount(2)
  const [greet, leave] = [sheet.jobs.nth(0), sheet.jobs.nth(1)]
  for (const told of ['greet', 'echo hello > greeted', 'talk', '3', 'MOOD=good', jobs.path])
    await expect(greet).toContainText(told)
  await expect(leave).toContainText('needs greet')
  await expect(leave).toContainText('then echo {state}')
  await sheet.cancel()
  expect(jobs.has('greeted')).toBe(false)
  await yard.pool.counts('waiting', 0)
})

test('a fault is shown with its line and column, and the good jobs of the file can be queued', async ({
  yard,
  jobs,
}) => {
  const file = jobs.write(
    'mixed.job.yaml',
    `version: 1
defaults: { cwd: ${jobs.path} }
jobs:
  - name: good
    command: echo good > good.done
  - name: bad
    command: echo bad
    timeout: soon
`,
  )
  const sheet = await yard.drop(file)
  await expect(sheet.faults).toHaveCount(1)
  await expect(sheet.faults).toContainText('mixed.job.yaml:8:14')
  await expect(sheet.faults).toContainText('duration')
  await expect(sheet.jobs).toHaveCount(1)
  await sheet.queue()
  await jobs.appears('good.done')
  await expect(yard.toasts).toContainText('1 job queued')
})

test('a folder is dropped with all it holds, and trusted once', async ({ yard, jobs, host }) => {
  for (const name of ['one', 'two'])
    jobs.write(`nest/${name}/${name}.sh`, `#!/bin/sh\necho ${name} > "${jobs.path}/${name}.done"\n`)
  const first = await yard.drop(join(jobs.path, 'nest'))
  await expect(first.jobs).toHaveCount(2)
  // What a browser sends has no folder: it is put into one of its own.
  const question = first.dialog.getByRole('heading', { name: 'Do you trust' })
  await expect(question).toBeVisible({ visible: host.name !== 'serve' })
  await first.queue()
  await jobs.appears('one.done')
  await jobs.appears('two.done')
  const again = await yard.drop(join(jobs.path, 'nest'))
  await expect(question).toBeHidden()
  await again.cancel()
})

test('a job that is in the queue already is pointed out', async ({ yard, jobs }) => {
  await yard.pool.pause()
  const file = jobs.writeJobs('same.job.json', { name: 'same', command: 'echo same' })
  await yard.queueFiles(file)
  const again = await yard.drop(file)
  await expect(again.dialog).toContainText('1 already in the queue')
  await expect(again.jobs.first()).toContainText(/same as job \d/)
  await again.cancel()
})

test('a drop can be queued by the mouse while it is still said that the one before was', async ({
  yard,
  jobs,
}) => {
  await yard.queueFiles(jobs.writeJobs('first.job.json', { name: 'first', command: 'true' }))
  await expect(yard.toasts).toContainText('1 job queued')
  const sheet = await yard.drop(jobs.writeJobs('second.job.json', { name: 'second', command: 'true' }))
  await sheet.action.click({ timeout: 2_000 })
  await expect(sheet.dialog).toBeHidden()
})

test('what is no job file says so, and nothing is queued', async ({ yard, jobs }) => {
  const sheet = await yard.drop(jobs.write('holiday.png', '\x89PNG\r\n'))
  await expect(sheet.title).toHaveText('Nothing here can be queued')
  await expect(sheet.faults).toContainText('holiday.png')
  await sheet.cancel()
})

test('text of the clipboard is a job file, too', async ({ yard, jobs }) => {
  const text = JSON.stringify({ name: 'pasted', command: `echo pasted > "${jobs.path}/pasted.done"` })
  await yard.paste(text)
  await yard.sheet.isOpen()
  await expect(yard.sheet.jobs.first()).toContainText('pasted')
  await yard.sheet.queue()
  await jobs.appears('pasted.done')
})
