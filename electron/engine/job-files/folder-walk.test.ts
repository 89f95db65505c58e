import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'

const SCRIPT = 'echo\n'

test('a folder is its job files, in natural order, and nothing else', async () => {
  const drop = new JobDrop()
  for (const name of ['10.sh', '2.sh', 'B.sh', 'a.py', '1.job.yaml', 'x.jsonl']) {
    drop.write(name, name.endsWith('.yaml') ? 'command: x' : name.endsWith('l') ? '{"command":"y"}' : SCRIPT)
  }
  drop.write('tool', '#!/usr/bin/env ruby\n', 0o755)
  drop.write('tool-not-executable', '#!/usr/bin/env ruby\n')
  drop.write('program', '\x7fELF', 0o755)
  drop.write('notes.md', 'x')
  drop.write('.hidden.sh', SCRIPT)
  drop.write('types.d.ts', 'export {}')
  drop.write('__init__.py', '')
  drop.write('package.json', '{"name":"x"}')
  drop.write('broken.json', '{"name":')
  drop.write('huge.json', `{"a":"${'x'.repeat(9_000_000)}"}`)
  drop.write('config.yaml', 'version: 1\nservices: {}')
  drop.write('sub/below.sh', SCRIPT)
  const { jobs, problems, files } = await drop.read()
  expect(problems).toEqual([])
  expect(names(jobs)).toEqual(['x', '2.sh', '10.sh', 'a.py', 'B.sh', 'tool', 'y'])
  expect(files).toBe(7)
  expect(jobs.find(({ spec }) => spec.name === 'tool')?.spec).toMatchObject({
    cwd: drop.dir,
    task: {
      kind: 'script',
      original_path: drop.path('tool'),
      interpreter: ['/usr/bin/env', 'ruby'],
      args: [],
    },
  })
})

test('a YAML or JSON file that plainly is a job file but cannot be read is told, also inside a folder', async () => {
  const drop = new JobDrop()
  drop.write('a.json', '{"version": 1, "jobs": [')
  drop.write('b.yaml', 'version: 1\ncommand: [x\n')
  drop.write(
    'c.yaml',
    Buffer.concat([Buffer.from('version: 1\ncommand: x\n#'), Buffer.alloc(1_100_000, '#')]),
  )
  const { problems } = await drop.read()
  expect(places(problems)).toEqual(['1:25 SYNTAX jobs[0]', '3:1 SYNTAX', '-:- TOO_LARGE'])
})

test('with recursive, folders below are read too, but not those that others fill', async () => {
  const drop = new JobDrop()
  for (const name of [
    'b/2.sh',
    'a/1.sh',
    'a/b/c/0.sh',
    'c.sh',
    'node_modules/x.sh',
    '.git/x.sh',
    '__pycache__/x.py',
  ]) {
    drop.write(name, SCRIPT)
  }
  const { jobs } = await drop.read([drop.dir], { recursive: true })
  expect(jobs.map(({ spec }) => spec.source?.file.slice(drop.dir.length))).toEqual([
    '/a/1.sh',
    '/a/b/c/0.sh',
    '/b/2.sh',
    '/c.sh',
  ])
})

test('a link to a folder is followed once; one that leads into itself is a fault', async () => {
  const drop = new JobDrop()
  drop.write('a/1.sh', SCRIPT)
  symlinkSync(drop.dir, drop.path('a/loop'))
  symlinkSync(drop.path('a'), drop.path('again'))
  symlinkSync('nowhere.sh', drop.path('dangling.sh'))
  symlinkSync('self.sh', drop.path('self.sh'))
  symlinkSync('nowhere', drop.path('dangling'))
  const { jobs, problems } = await drop.read([drop.dir], { recursive: true })
  expect(names(jobs)).toEqual(['1.sh'])
  expect(problems.map(({ file, code }) => [file.slice(drop.dir.length), code])).toEqual([
    ['/a/loop', 'FOLDER_LOOP'],
    ['/dangling.sh', 'NOT_FOUND'],
    ['/self.sh', 'NOT_FOUND'],
  ])
})

function makePipes(...paths: string[]): void {
  execFileSync('sh', ['-c', 'mkfifo "$@"', 'sh', ...paths])
}

test('pipes, devices and sockets are refused without waiting for them', async () => {
  const drop = new JobDrop()
  makePipes(drop.path('a.sh'), drop.path('b.job.yaml'), drop.path('c.jsonl'), drop.path('pipe'))
  const server = createServer().listen(drop.path('d.py'))
  await new Promise((resolve) => server.once('listening', resolve))
  symlinkSync('/dev/zero', drop.path('e.job.json'))
  const { jobs, problems } = await drop.read()
  server.close()
  expect(jobs).toEqual([])
  expect(places(problems)).toEqual(Array.from({ length: 5 }, () => '-:- NOT_A_FILE'))
  expect(problems.map(({ message }) => message)).toEqual([
    'This is a pipe, not a file.',
    'This is a pipe, not a file.',
    'This is a pipe, not a file.',
    'This is a socket, not a file.',
    'This is a device, not a file.',
  ])
  const named = await drop.read(['pipe', '/dev/null'])
  expect(places(named.problems)).toEqual(['-:- NOT_A_FILE', '-:- NOT_A_FILE'])
})

test('a module or script that names one of them is a fault of the job', async () => {
  const drop = new JobDrop()
  makePipes(drop.path('pipe.mjs'))
  drop.write('empty.sh', '')
  const { problems } = await drop.readText(
    'a.job.yaml',
    'jobs:\n  - module: pipe.mjs\n  - script: pipe.mjs\n  - script: empty.sh\n',
  )
  expect(places(problems)).toEqual([
    '2:13 BAD_TARGET jobs[0].module',
    '3:13 BAD_TARGET jobs[1].script',
    '4:13 BAD_TARGET jobs[2].script',
  ])
})

test('a file that is named and is no job file is a fault that says what is accepted', async () => {
  const drop = new JobDrop()
  drop.write('notes.md', 'x')
  drop.write('types.d.ts', 'export {}')
  drop.write('plain', '#!/bin/sh\n')
  const { problems } = await drop.read(['notes.md', 'types.d.ts', 'plain', 'nowhere', 'nowhere.sh', 'a\0b'])
  expect(places(problems)).toEqual([
    '-:- NOT_A_JOB_FILE',
    '-:- NOT_A_JOB_FILE',
    '-:- NOT_A_JOB_FILE',
    '-:- NOT_FOUND',
    '-:- NOT_FOUND',
    '-:- NOT_FOUND',
  ])
  expect(problems[0]?.message).toContain('*.job.yaml')
})

test('a folder without a job file is a fault', async () => {
  const drop = new JobDrop()
  mkdirSync(drop.path('empty'))
  drop.write('only-below/sub/a.sh', SCRIPT)
  const { problems } = await drop.read(['empty', 'only-below'])
  expect(places(problems)).toEqual(['-:- NO_JOB_FILES', '-:- NO_JOB_FILES'])
  const recursive = await drop.read(['only-below'], { recursive: true })
  expect(names(recursive.jobs)).toEqual(['a.sh'])
})

test('what may not be read is told', async () => {
  const drop = new JobDrop()
  chmodSync(drop.dir, 0o755)
  drop.write('a.sh', SCRIPT, 0o000)
  drop.write('b.sh', SCRIPT)
  drop.write('sub/c.sh', SCRIPT)
  chmodSync(drop.path('sub'), 0o000)
  const { jobs, problems } = await withoutRights(() => drop.read([drop.dir], { recursive: true }))
  chmodSync(drop.path('sub'), 0o755)
  expect(places(problems)).toEqual(['-:- UNREADABLE', '-:- UNREADABLE'])
  expect(names(jobs)).toEqual(['b.sh'])
})

/** Root may read everything, so it becomes somebody else meanwhile. */
async function withoutRights<Result>(act: () => Promise<Result>): Promise<Result> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    return await act()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}

test('what a job file of the same drop runs is no job of its own', async () => {
  const drop = new JobDrop()
  for (const name of ['thumb.mjs', 'helper.sh', 'lib/far.mjs', 'line.py', 'own.sh']) drop.write(name, SCRIPT)
  drop.write(
    'a.job.yaml',
    'jobs:\n  - { name: m, module: ./thumb.mjs }\n  - { name: s, script: helper.sh }\n',
  )
  drop.write('b.job.json', '{"name":"far","module":"lib/far.mjs"}')
  drop.write('c.jsonl', 'not json\n{"name":"line","script":"line.py"}\n')
  const folder = await drop.read([drop.dir], { recursive: true })
  expect(names(folder.jobs)).toEqual(['m', 's', 'far', 'line', 'own.sh'])
  const named = await drop.read(['thumb.mjs', 'a.job.yaml', 'own.sh'])
  expect(names(named.jobs)).toEqual(['m', 's', 'own.sh'])
  expect(names((await drop.read(['thumb.mjs'])).jobs)).toEqual(['thumb.mjs'])
})
