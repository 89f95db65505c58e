import { chmodSync } from 'node:fs'
import { delimiter } from 'node:path'
import { describe, expect, test } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'
import { ProgramWords } from './commands-file-words.ts'

/** A folder for PATH with these programs. */
function programs(drop: JobDrop, ...list: string[]): { readonly PATH: string } {
  for (const name of list) chmodSync(drop.write(`bin/${name}`, ''), 0o755)
  return { PATH: ['', drop.path('nowhere'), drop.path('bin')].join(delimiter) }
}

describe('a .commands file', () => {
  test('is one job a line, run by the shell, without blank lines and comments', async () => {
    const drop = new JobDrop()
    const { jobs, problems } = await drop.readText(
      'a.commands',
      '\ufeff# made by hand\r\n\r\n  echo "a  b" | wc -c \r\n\t# later\necho $HOME # last',
    )
    expect(problems).toEqual([])
    expect(jobs.map(({ spec }) => spec)).toEqual([
      {
        name: 'echo "a b" | wc -c',
        task: { kind: 'command', argv: null, shell_command: 'echo "a  b" | wc -c' },
        cwd: drop.dir,
        source: { file: drop.path('a.commands'), line: 3 },
      },
      expect.objectContaining({
        name: 'echo $HOME # last',
        task: { kind: 'command', argv: null, shell_command: 'echo $HOME # last' },
        source: { file: drop.path('a.commands'), line: 5 },
      }),
    ])
  })

  test('has a short name of one line for a long command', async () => {
    const drop = new JobDrop()
    const { jobs } = await drop.readText('a.commands', `echo\t${'x'.repeat(500)}\n`)
    expect(names(jobs)[0]).toMatch(/^echo x{54}…$/)
  })

  test('tells each bad line by its place, and gives the others', async () => {
    const drop = new JobDrop()
    const content = Buffer.concat([
      Buffer.from('good\n'),
      Buffer.from('latin \xe9\n', 'latin1'),
      Buffer.from(`${'x'.repeat(1_048_577)}\n`),
      Buffer.from('cut off \\\n'),
      Buffer.from('not cut off \\\\\n'),
      Buffer.from('also good\nn\0ul\nnever read\n'),
    ])
    const { jobs, problems } = await drop.readText('a.commands', content)
    expect(places(problems)).toEqual(['2:7 ENCODING', '3:1 TOO_LARGE', '4:9 SYNTAX', '7:2 NUL_BYTE'])
    expect(names(jobs)).toEqual(['good', 'not cut off \\\\', 'also good'])
  })

  test.each([
    ['', 'EMPTY'],
    ['\n# nothing\n\n', 'EMPTY'],
    ['\ufffe', 'ENCODING'],
  ])('without a command (%j) has a fault that says so', async (text, code) => {
    const drop = new JobDrop()
    const bytes = text === '\ufffe' ? Buffer.from([0xff, 0xfe, 0x61, 0]) : text
    const { count, problems } = await drop.readText('a.commands', bytes)
    expect([count, places(problems)]).toEqual([0, [`1:1 ${code}`]])
  })

  test('is read in bounded batches, and only counted beyond what is wanted', async () => {
    const drop = new JobDrop()
    const path = drop.write('a.commands', 'echo\n'.repeat(2_000))
    const all = await drop.read([path])
    expect([all.count, Math.max(...all.batches)]).toEqual([2_000, 512])
    const first = await drop.read([path], { wanted: 10 })
    expect([first.count, first.jobs.length]).toEqual([2_000, 10])
  })
})

describe('a .txt file', () => {
  test('that somebody has named is a list of commands where each line begins with a program', async () => {
    const drop = new JobDrop()
    const env = programs(drop, 'convert', 'my-tool')
    drop.write('own.sh', '')
    const lines = [
      ...['convert a.png b.png', 'LANG=C X="a b" my-tool --fast', '(cd x && my-tool)', './own.sh', '$TOOL a'],
      ...['"my-tool" a', 'if true; then my-tool; fi', '! my-tool', '~/bin/x'],
    ]
    const { jobs, problems } = await drop.read([drop.write('jobs.txt', lines.join('\n'))], { env })
    expect(problems).toEqual([])
    expect(names(jobs)).toEqual(lines)
  })

  test.each([
    ['Install the package first.\nThen run it.', '1:1', 'Install'],
    ['convert a b\n\nThis converts a to b.\n', '3:1', 'This'],
    ['  numpy==1.2\n', '1:3', 'numpy==1.2'],
    ['$ convert a b', '1:1', '$'],
    ['./missing.sh', '1:1', './missing.sh'],
    ['- convert a b', '1:1', '-'],
    ['> quoted', '1:1', '> quoted'],
  ])('of prose runs nothing, not even with the faults left out: %j', async (text, place, word) => {
    const drop = new JobDrop()
    const env = programs(drop, 'convert', 'install')
    const { count, problems } = await drop.read([drop.write('README.txt', text)], { env })
    expect([count, places(problems)]).toEqual([0, [`${place} NOT_A_JOB_FILE`]])
    expect(problems[0]?.message).toContain(JSON.stringify(word))
    expect(problems[0]?.message).toContain('.commands')
  })

  test('in a folder is passed over, whatever it holds; a .commands file is not', async () => {
    const drop = new JobDrop()
    const env = programs(drop, 'convert')
    drop.write('a.txt', 'convert a b\n')
    drop.write('b.commands', 'convert c d\n')
    expect(names((await drop.read([drop.dir], { env })).jobs)).toEqual(['convert c d'])
  })

  test('that is an executable script stays one', async () => {
    const drop = new JobDrop()
    const { jobs } = await drop.read([drop.write('run.txt', '#!/bin/sh\necho hello\n', 0o755)])
    expect(jobs.map(({ spec }) => spec.task.kind)).toEqual(['script'])
  })
})

test('on Windows names of programs have no case, and need no ending', () => {
  const drop = new JobDrop()
  const env = { ...programs(drop, 'Tool.EXE', 'notes.doc'), PATHEXT: '.EXE;.BAT' }
  const words = new ProgramWords(drop.dir, env, 'win32')
  const lines = ['TOOL a', 'tool.exe a', 'DIR /b', '%COMSPEC% /c x', 'bin/Tool.EXE a', 'notes a', 'sentence']
  expect(lines.map((line) => words.stranger(line))).toEqual([
    null,
    null,
    null,
    null,
    null,
    'notes',
    'sentence',
  ])
})
