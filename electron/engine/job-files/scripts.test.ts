import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { JobDrop, places } from '../../../tests/fakes/job-drop.ts'
import { MAX_SCRIPT_BYTES } from './limits.ts'

test('a script is one job whose content is stored', async () => {
  const drop = new JobDrop()
  const script_dir = drop.path('data/scripts')
  const path = drop.write('sub/build it.sh', '#!/bin/bash -e\necho\n')
  const sha256 = createHash('sha256').update('#!/bin/bash -e\necho\n').digest('hex')
  const { jobs } = await drop.read(['sub/build it.sh'], { script_dir })
  expect(jobs).toEqual([
    {
      spec: {
        name: 'build it.sh',
        task: { kind: 'script', sha256, original_path: path, interpreter: ['/bin/bash', '-e'], args: [] },
        cwd: drop.path('sub'),
        source: { file: path },
      },
    },
  ])
  expect(readdirSync(script_dir)).toEqual([sha256])
})

test('in a preview nothing is stored', async () => {
  const drop = new JobDrop()
  drop.write('a.sh', 'echo\n')
  await drop.read()
  expect(readdirSync(drop.dir)).toEqual(['a.sh'])
})

test('jobs of one drop see the same content of a script that several of them run', async () => {
  const drop = new JobDrop()
  drop.write('s.sh', 'echo $1\n')
  const { jobs } = await drop.readText(
    'a.jsonl',
    '{"script":"s.sh","args":["a"]}\n{"script":"s.sh","args":[2]}\n',
  )
  expect(jobs.map(({ spec }) => spec.task)).toMatchObject([
    { kind: 'script', args: ['a'] },
    { kind: 'script', args: ['2'] },
  ])
  expect(new Set(jobs.map(({ spec }) => spec.task.kind === 'script' && spec.task.sha256)).size).toBe(1)
})

test.each([
  ['empty.sh', '', 'EMPTY'],
  ['program.sh', '\x7fELF\0\0\0', 'NUL_BYTE'],
  ['utf16.py', Buffer.from('\ufeffprint(1)', 'utf16le'), 'ENCODING'],
  ['windows.bat', 'echo', 'WRONG_PLATFORM'],
  ['large.sh', Buffer.alloc(MAX_SCRIPT_BYTES + 1, '#'), 'TOO_LARGE'],
  ['shebang.sh', `#!${'x'.repeat(5_000)}\n`, 'BAD_TARGET'],
] as const)('%s is refused as a script', async (name, content, code) => {
  const drop = new JobDrop()
  drop.write(name, content)
  expect(places((await drop.read()).problems)).toEqual([`-:- ${code}`])
})

test('a script of the largest size, an archive behind a script, and UTF-16 for PowerShell are accepted', async () => {
  const drop = new JobDrop()
  drop.write('large.sh', Buffer.alloc(MAX_SCRIPT_BYTES, '#'))
  drop.write('archive.sh', Buffer.concat([Buffer.from('exit\n'.repeat(2_000)), Buffer.alloc(100)]))
  drop.write('a.ps1', Buffer.from('\ufeffWrite-Output 1', 'utf16le'))
  const { problems, count } = await drop.read()
  expect([problems, count]).toEqual([[], 3])
})
