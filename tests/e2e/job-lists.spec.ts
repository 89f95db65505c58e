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

test('a table is shown as a job for each of its rows, and its faults with their cells', async ({
  yard,
  jobs,
}) => {
  const rows = ['one,1', '"t,w""o",2'].map(
    (row) => `put {name_of},echo {n} > {name_of},${JSON.stringify(jobs.path)},${row}\n`,
  )
  const sheet = await yard.drop(jobs.write('jobs.csv', `name,command,cwd,name_of,n\r\n${rows.join('')}`))
  await expect(sheet.title).toHaveText('Queue 2 jobs?')
  await expect(sheet.jobs.nth(1)).toContainText(`echo 2 > 't,w"o'`)
  await sheet.queue()
  await jobs.appears('t,w"o')

  const wrong = await yard.drop(jobs.write('wrong.csv', 'command,priority\nls,5\nls,high\n'))
  await expect(wrong.faults).toHaveCount(1)
  await expect(wrong.faults).toContainText('wrong.csv:3:4')
})

test('the settings inside a script are those of its job', async ({ yard, jobs }) => {
  const header = (group: string): string =>
    `#!/bin/sh\n# /// jobyard\n# name = "from inside"\n# group = ${group}\n# ///\n`
  const sheet = await yard.drop(jobs.write('inside.sh', `${header('"texts"')}echo done\n`))
  await expect(sheet.title).toHaveText('Queue 1 job?')
  await expect(sheet.jobs.first()).toContainText('from inside')
  await expect(sheet.jobs.first()).toContainText('texts')
  await sheet.cancel()

  const wrong = await yard.drop(jobs.write('wrong.sh', `${header('5')}echo done\n`))
  await expect(wrong.faults).toHaveCount(1)
  await expect(wrong.faults).toContainText('wrong.sh:4:11')
})

test('of a joblog and of the tasks of pueue, what has not succeeded is shown', async ({ yard, jobs }) => {
  const header = 'Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n'
  const line = (seq: number, exit: number): string =>
    `${seq}\t:\t1.0\t1.0\t0\t0\t${exit}\t0\techo try ${seq}\n`
  const log = await yard.drop(jobs.write('run.log', header + line(1, 0) + line(2, 1)))
  await expect(log.title).toHaveText('Queue 1 job?')
  await expect(log.jobs.first()).toContainText('echo try 2')
  await log.cancel()

  const task = { path: jobs.path, group: 'video', priority: 0, label: null }
  const tasks = {
    0: { ...task, command: 'echo zero', status: { Done: { result: 'Success' } } },
    1: { ...task, command: 'echo one > made', dependencies: [0], status: { Queued: {} } },
  }
  const status = await yard.drop(jobs.write('status.json', JSON.stringify({ tasks, groups: {} })))
  await expect(status.title).toHaveText('Queue 1 job?')
  await expect(status.jobs.first()).toContainText('video')
  await status.queue()
  await jobs.appears('made')
})

test('of a drop that was worked before, only what is left is queued where that is asked for', async ({
  yard,
  jobs,
}) => {
  const row = (name: string): string =>
    `${name},${JSON.stringify(jobs.path)},echo ${name} >> ran && touch ${name}\n`
  const table = jobs.write('twice.csv', `name,cwd,command\n${row('one')}`)
  await yard.queueFiles(table)
  await yard.goTo('History')
  await expect(yard.history.row('one')).toContainText(/succeeded/i)
  jobs.write('twice.csv', `name,cwd,command\n${row('two')}${row('one')}`)
  const sheet = await yard.drop(table)
  await expect(sheet.title).toHaveText('Queue 2 jobs?')
  await sheet.onlyWhatIsLeft.check()
  await sheet.queue()
  await expect(yard.page.getByText('1 job has succeeded before')).toBeVisible()
  await jobs.appears('two')
  expect(jobs.read('ran')).toBe('one\ntwo\n')
})
