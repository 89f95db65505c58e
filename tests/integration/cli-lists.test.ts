/** Lists of commands, tables, settings in scripts and what other programs wrote, as a person runs them. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Place } from './cli-harness.ts'

test('run works a list of commands, each in the shell and in the folder of the list', async () => {
  const place = new Place()
  place.write('in/list.commands', '# two\necho one > a && cat a\n\necho two > b\n')
  const end = await place.cli('run', 'in/list.commands')
  expect([end.code, end.stdout]).toEqual([0, expect.stringContaining('2 succeeded')])
  expect([existsSync(place.path('in/a')), existsSync(place.path('in/b'))]).toEqual([true, true])
})

test('run of a text that is no list of commands runs nothing of it, even where only good jobs are asked for', async () => {
  const place = new Place()
  place.write('README.txt', 'touch made\nThis file explains what the line above does.\n')
  const end = await place.cli('run', '--skip-bad', 'README.txt')
  expect(end.code).toBe(2)
  expect(end.stderr).toContain('README.txt:2:1')
  expect(existsSync(place.path('made'))).toBe(false)
})

test('run works a table, whatever its cells hold', async () => {
  const place = new Place()
  place.write('jobs.csv', `command,file,text,cwd\necho {text} > {file},"a b","$(touch pwned) 'x' ""y""",in\n`)
  place.write('in/.keep', '')
  const end = await place.cli('run', 'jobs.csv')
  expect([end.code, end.stdout]).toEqual([0, expect.stringContaining('1 succeeded')])
  expect(readFileSync(place.path('in/a b'), 'utf8')).toBe(`$(touch pwned) 'x' "y"\n`)
  expect(existsSync(place.path('in/pwned'))).toBe(false)
})

test('preview tells what is wrong with a table at its cell', async () => {
  const place = new Place()
  place.write('jobs.tsv', 'command\tpriority\nls\thigh\n')
  const end = await place.cli('preview', 'jobs.tsv')
  expect(end.code).toBe(2)
  expect(end.stderr).toContain('jobs.tsv:2:4')
  expect(end.stderr).toContain('priority')
})

test('run takes the settings that stand in a script', async () => {
  const place = new Place()
  const header = '# /// jobyard\n# args = ["a b"]\n# env.WHO = "me"\n# cwd = "in"\n# ///\n'
  place.write('in/.keep', '')
  place.write('job.sh', `#!/bin/sh\n${header}echo "$1 $WHO" > made\n`)
  expect((await place.cli('run', 'job.sh')).code).toBe(0)
  expect(readFileSync(place.path('in/made'), 'utf8')).toBe('a b me\n')
})

test('preview tells what is wrong with the settings in a script, with line and column', async () => {
  const place = new Place()
  place.write('job.py', '# /// script\n# [tool.jobyard]\n# retry = { limt = 3 }\n# ///\n')
  const end = await place.cli('preview', 'job.py')
  expect(end.code).toBe(2)
  expect(end.stderr).toContain('job.py:3:13')
  expect(end.stderr).toContain('Did you mean "limit"?')
})

test('run of the logs among the examples works what is left of them', async () => {
  const place = new Place()
  const examples = join(import.meta.dirname, '../../resources/examples')
  const files = ['unfinished.joblog', 'pueue-status.json'].map((name) => join(examples, name))
  const end = await place.cli('run', ...files)
  expect(end.code).toBe(0)
  expect(end.stdout).toContain('wc -w data/moby.txt')
  expect(end.stdout).toContain('left over')
  expect(end.stdout).toContain('2 succeeded')
})
