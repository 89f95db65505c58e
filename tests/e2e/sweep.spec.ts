import { expect, test } from './fixtures.ts'

test('a sweep is shown as the jobs it makes, and runs as these', async ({ yard, jobs }) => {
  jobs.write('a b.txt', 'one')
  jobs.write('$(touch pwned).txt', 'two')
  const file = jobs.write(
    'sweep.job.yaml',
    `version: 1
name: copy
cwd: ${JSON.stringify(jobs.path)}
command: cat {} > {.}.\${{ matrix.n }}
inputs: { files: '*.txt' }
strategy: { matrix: { n: [1, 2] }, max-parallel: 1 }
`,
  )
  const sheet = await yard.drop(file)
  await expect(sheet.title).toHaveText('Queue 4 jobs?')
  await expect(sheet.jobs).toHaveCount(4)
  await expect(sheet.jobs.nth(3)).toContainText('copy (a b.txt, 2)')
  await expect(sheet.jobs.nth(3)).toContainText(`cat 'a b.txt' > 'a b'.2`)
  await sheet.queue()
  await jobs.appears('a b.2')
  expect(jobs.has('pwned')).toBe(false)
})

test('a hundred thousand jobs of a matrix are counted, and the first of them shown', async ({
  yard,
  jobs,
}) => {
  const axis = Array.from({ length: 100 }, (_, index) => index)
  const matrix = { a: axis, b: axis, c: axis.slice(0, 10) }
  const file = jobs.write('many.job.json', { command: ['echo', '${{ matrix.a }}'], strategy: { matrix } })
  const sheet = await yard.drop(file)
  await expect(sheet.title).toHaveText(/^Queue 100.?000 jobs\?$/)
  await expect(sheet.jobs.first()).toContainText('echo 0')
  await sheet.cancel()
})

test('a fault of a sweep is shown with its line and column', async ({ yard, jobs }) => {
  const file = jobs.write(
    'wrong.job.yaml',
    `command: echo "{}" \${{ matrix.b }}\ninputs: { values: [1] }\nstrategy: { matrix: { a: [1] } }\n`,
  )
  const sheet = await yard.drop(file)
  await expect(sheet.faults).toHaveCount(1)
  await expect(sheet.faults).toContainText('wrong.job.yaml:1:10')
  await expect(sheet.faults).toContainText('Take the quotes around it away')
})
