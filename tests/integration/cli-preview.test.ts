import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { PROBLEM_CODES } from '../../shared/job-file-problem.ts'
import { jobsFile, Place } from './cli-harness.ts'

const previewSchema = z.strictObject({
  jobs: z.array(z.looseObject({ name: z.string(), kind: z.string(), group: z.string(), cwd: z.string() })),
  problems: z.array(
    z.strictObject({
      file: z.string(),
      line: z.int().positive().nullable(),
      column: z.int().positive().nullable(),
      path: z.string(),
      code: z.enum(PROBLEM_CODES),
      message: z.string().min(1),
    }),
  ),
})

test('preview --json shows what would be queued, and nothing is stored or run', async () => {
  const place = new Place()
  place.write('hello.sh', 'touch ran\n')
  place.write(
    'a.job.json',
    jobsFile(
      { name: 'one', command: ['touch', 'ran'] },
      { name: 'two', command: 'true', needs: ['one'], priority: 3 },
    ),
  )
  const end = await place.cli('preview', '--json', 'hello.sh', 'a.job.json')
  expect([end.code, end.stderr]).toEqual([0, ''])
  const { jobs, problems } = previewSchema.parse(JSON.parse(end.stdout))
  expect(problems).toEqual([])
  expect(jobs).toMatchObject([
    { name: 'hello.sh', kind: 'script', group: 'default', cwd: place.dir, needs: [] },
    { name: 'one', kind: 'command', task: { argv: ['touch', 'ran'] }, priority: 0 },
    { name: 'two', needs: [{ index: 1, if: 'success' }], priority: 3 },
  ])
  expect(existsSync(place.path('ran'))).toBe(false)
  expect(existsSync(place.data)).toBe(false)
  expect(place.leftovers()).toEqual([])
})

test('preview --json tells all faults with their places, and exits with 2', async () => {
  const place = new Place()
  place.write('a.job.yaml', 'jobs:\n  - { name: good, command: "true" }\n  - name: bad\n    comand: "true"\n')
  const end = await place.cli('preview', '--json', 'a.job.yaml', 'nowhere.sh')
  expect(end.code).toBe(2)
  const { jobs, problems } = previewSchema.parse(JSON.parse(end.stdout))
  expect(jobs.map(({ name }) => name)).toEqual(['good'])
  expect(problems).toContainEqual(
    expect.objectContaining({ file: place.path('a.job.yaml'), line: 4, column: 5, code: 'UNKNOWN_KEY' }),
  )
  expect(problems).toContainEqual(
    expect.objectContaining({ file: place.path('nowhere.sh'), line: null, code: 'NOT_FOUND' }),
  )
})

test('preview for a person is a table, with the faults on standard error', async () => {
  const place = new Place()
  place.write('a.job.json', jobsFile({ name: 'one', command: ['echo', 'two words'] }))
  const end = await place.cli('preview', 'a.job.json')
  expect(end).toMatchObject({
    code: 0,
    stdout: 'NAME  KIND     GROUP    RUNS\none   command  default  echo "two words"\n',
    stderr: 'jobyard: 1 job would be queued\n',
  })
  const faulty = await place.cli('preview', 'nowhere.sh')
  expect([faulty.code, faulty.stdout]).toEqual([2, ''])
  expect(faulty.stderr).toContain(`${place.path('nowhere.sh')}: `)
})
