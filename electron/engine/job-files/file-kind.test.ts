import { expect, test } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'

test('a .jobyard file is a job file in YAML or JSON, and needs no version', async () => {
  const drop = new JobDrop()
  drop.write('a.jobyard', '# made by hand\nname: yaml\ncommand: x\n')
  drop.write('b.JOBYARD', '\ufeff\n  {\t"name": "json", "command": "x"}')
  drop.write('c.jobyard', 'jobs:\n  - { name: list, command: x }\n')
  const { jobs, problems } = await drop.read()
  expect(problems).toEqual([])
  expect(names(jobs)).toEqual(['yaml', 'json', 'list'])
})

test('the faults of a .jobyard file are those of the language it is written in', async () => {
  const drop = new JobDrop()
  const files = [
    drop.write('a.jobyard', '{\n  "command": "x",\n}'),
    drop.write('b.jobyard', 'command: [x\n'),
    drop.write('c.jobyard', ''),
    drop.path('missing.jobyard'),
  ]
  const { problems } = await drop.read(files)
  expect(places(problems)).toEqual(['-:- NOT_FOUND', '2:17 SYNTAX command', '2:1 SYNTAX', '1:1 EMPTY'])
})
