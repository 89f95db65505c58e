/** Needs that go beyond one file: of other files of the drop, and of jobs that were queued before. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Place } from './cli-harness.ts'

const ran = (place: Place): string[] => readFileSync(place.path('ran'), 'utf8').trim().split('\n')

test('run works jobs in the order of their needs, over files and by the ids of earlier runs', async () => {
  const place = new Place()
  const data = ['--data', place.data]
  place.write(
    'a-use.job.yaml',
    'name: use\ncommand: echo use >> ran\nneeds: [fetch, { job: check, file: c.jsonl }]\n',
  )
  place.write('b-get.job.yaml', 'name: fetch\ncommand: sleep 0.1; echo fetch >> ran\n')
  place.write('c.jsonl', '{"name":"check","command":"echo check >> ran; exit 0"}\n')
  const preview = await place.cli('preview', 'a-use.job.yaml', 'b-get.job.yaml', 'c.jsonl')
  expect(preview.stdout).toMatch(/^NAME .* NEEDS +RUNS\n/)
  expect(preview.stdout).toContain('fetch, check  echo use >> ran\n')
  const first = await place.cli('run', ...data, 'a-use.job.yaml', 'b-get.job.yaml', 'c.jsonl')
  expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('3 succeeded')])
  expect(ran(place).at(-1)).toBe('use')
  // Ids 1 to 3 have succeeded.
  place.write(
    'later.job.yaml',
    `jobs:
  - { name: good, command: echo good >> ran, needs: [{ id: 1 }, { id: 3, if: always }] }
  - { name: not, command: echo not >> ran, needs: [{ id: 2, if: failure }] }
`,
  )
  const second = await place.cli('run', ...data, 'later.job.yaml')
  expect([second.code, second.stdout]).toEqual([1, expect.stringContaining('1 skipped')])
  expect(ran(place).at(-1)).toBe('good')
  const page = await place.cli('show', ...data, '4')
  expect(page.stdout).toMatch(/needs .*1 .*\n.*3 /)
  place.write('lost.job.yaml', 'name: lost\ncommand: "true"\nneeds: [{ id: 99 }]\n')
  for (const command of ['preview', 'run', 'add']) {
    const end = await place.cli(command, ...data, 'lost.job.yaml')
    expect([end.code, end.stderr]).toEqual([
      2,
      expect.stringContaining(`lost.job.yaml:3:15: needs[0].id: There is no job 99 here`),
    ])
  }
})

test('the example of two files puts the result of one job into the command of the other', async () => {
  const place = new Place()
  const examples = join(import.meta.dirname, '../../resources/examples')
  const files = ['words.job.yaml', 'largest.job.yaml'].map((name) => join(examples, name))
  const end = await place.cli('run', '--data', place.data, ...files)
  expect([end.code, end.stdout]).toEqual([0, expect.stringContaining('2 succeeded')])
  const page = await place.cli('show', '--data', place.data, '2')
  expect(page.stdout).toContain("runs       echo ${{ needs['find the largest'].result.bytes }} bytes; wc -w")
  expect(page.stdout).toMatch(/ran {8}echo \d+ bytes; wc -w data\/moby\.txt\n/)
  expect((await place.cli('log', '--data', place.data, '2')).stdout).toMatch(
    /\d+ bytes\n\d+ data\/moby\.txt\n/,
  )
})

test('preview shows a circle over files, and nothing of them is queued', async () => {
  const place = new Place()
  place.write('one.job.yaml', 'name: a\ncommand: "true"\nneeds: [b]\n')
  place.write('two.job.yaml', 'name: b\ncommand: "true"\nneeds: [a]\n')
  const end = await place.cli('preview', 'one.job.yaml', 'two.job.yaml')
  expect([end.code, end.stdout]).toEqual([2, ''])
  expect(end.stderr).toContain(
    `${place.path('one.job.yaml')}:3:8: needs: These jobs wait for each other: a (one.job.yaml) → b (two.job.yaml) → a (one.job.yaml).`,
  )
})
