import { describe, expect, test } from 'vitest'
import type { JobSpec, ScriptTask, Task } from '../../../shared/job-spec.ts'
import { commandLine } from './command-line.ts'

const argv = (...words: string[]): Task => ({ kind: 'command', argv: words, shell_command: null })
const shell = (command: string): Task => ({ kind: 'command', argv: null, shell_command: command })
const spec = (task: Task, more: Partial<JobSpec> = {}): JobSpec => ({ name: 'x', task, cwd: '/tmp', ...more })

describe('the command line of a job', () => {
  test('is the plain command in its folder', () => {
    expect(
      commandLine(spec(argv('ffmpeg', '-i', 'in.mp4', '--crf=23', 'out.mp4'), { cwd: '/srv/videos' })),
    ).toBe('cd /srv/videos && ffmpeg -i in.mp4 --crf=23 out.mp4')
  })

  test('quotes what a shell would change', () => {
    expect(commandLine(spec(argv('echo', "it's $5", '*'), { cwd: '/my files' }))).toBe(
      `cd '/my files' && echo 'it'\\''s $5' '*'`,
    )
  })

  test('sets the environment the job adds', () => {
    expect(commandLine(spec(argv('make'), { env: { CI: '1', MSG: 'two words' } }))).toBe(
      `cd /tmp && env CI=1 'MSG=two words' make`,
    )
  })

  test('runs a shell command in the shell the job has', () => {
    expect(commandLine(spec(shell('a | b && c')))).toBe(`cd /tmp && /bin/sh -c 'a | b && c'`)
  })

  test('runs a script where it came from', () => {
    const script: Omit<ScriptTask, 'interpreter'> = {
      kind: 'script',
      sha256: 'a'.repeat(64),
      original_path: '/x/a b.py',
      args: ['1'],
    }
    expect(commandLine(spec({ ...script, interpreter: ['/usr/bin/env', 'python3'] }))).toBe(
      `cd /tmp && /usr/bin/env python3 '/x/a b.py' 1`,
    )
    expect(commandLine(spec({ ...script, interpreter: ['jobyard:node'] }))).toBe(
      `cd /tmp && node '/x/a b.py' 1`,
    )
  })

  test('is for PowerShell where the folder is one of Windows', () => {
    const task = argv('C:\\Program Files\\x.exe', "it's", '-v')
    expect(commandLine(spec(task, { cwd: 'C:\\my files', env: { A: 'b c' } }))).toBe(
      `Set-Location -LiteralPath 'C:\\my files'; \${env:A} = 'b c'; & 'C:\\Program Files\\x.exe' 'it''s' '-v'`,
    )
  })
})
