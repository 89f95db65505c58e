import { expect, test } from './fixtures.ts'

test('files that need each other are one drop, and a job shows what it ran with the result of another', async ({
  yard,
  jobs,
}) => {
  const cwd = `cwd: ${JSON.stringify(jobs.path)}\n`
  const circle = await yard.drop(
    jobs.write('one.job.yaml', 'name: a\ncommand: "true"\nneeds: [b]\n'),
    jobs.write('two.job.yaml', 'name: b\ncommand: "true"\nneeds: [a]\n'),
  )
  await expect(circle.faults).toContainText('one.job.yaml:3:8')
  await expect(circle.faults).toContainText('a (one.job.yaml) → b (two.job.yaml) → a (one.job.yaml)')
  await circle.cancel()
  const sheet = await yard.drop(
    jobs.write(
      'use.job.yaml',
      `name: use\n${cwd}command: touch \${{ needs.find.result.file }}\nneeds: [{ job: find, file: find.job.yaml }]\n`,
    ),
    jobs.write('find.job.yaml', `name: find\n${cwd}command: 'echo ''{"result":{"file":"a $b.txt"}}'''\n`),
  )
  await expect(sheet.jobs.nth(1)).toContainText('needs find')
  await sheet.queue()
  await jobs.appears('a $b.txt')
  await yard.pool.counts('running', 0)
  await yard.goTo('History')
  await yard.history.row('use').getByRole('link').click()
  await yard.job.tab('Attempts').click()
  await expect(yard.job.panel).toContainText("touch 'a $b.txt'")
  await yard.job.tab('Needs').click()
  await expect(yard.job.panel).toContainText('find')
  await expect(yard.job.panel).toContainText('must succeed')
})
