import { expect, test } from './fixtures.ts'

test('a list of commands is shown before it is queued, and prose is told from one', async ({
  yard,
  jobs,
}) => {
  const list = jobs.write(
    'todo.txt',
    `# what is to be done\ncd ${JSON.stringify(jobs.path)} && echo done > made\n`,
  )
  const sheet = await yard.drop(list)
  await expect(sheet.title).toHaveText('Queue 1 job?')
  await expect(sheet.jobs.first()).toContainText('echo done > made')
  await sheet.queue()
  await jobs.appears('made')

  const prose = await yard.drop(jobs.write('notes.txt', 'echo is a program.\nThis line is none.\n'))
  await expect(prose.faults).toHaveCount(1)
  await expect(prose.faults).toContainText('notes.txt:2:1')
  await expect(prose.faults).toContainText('does not look like a list of commands')
})
