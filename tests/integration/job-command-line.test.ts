import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { commandLine } from '../../renderer/views/job/command-line.ts'
import type { JobSpec, Task } from '../../shared/job-spec.ts'

const argv = (...words: string[]): Task => ({ kind: 'command', argv: words, shell_command: null })
const spec = (task: Task, more: Partial<JobSpec> = {}): JobSpec => ({ name: 'x', task, cwd: '/tmp', ...more })

const DIFFICULT = [
  '',
  ' ',
  "it's",
  '"',
  '$HOME',
  '`id`',
  '\\',
  '*',
  'a\nb',
  '~',
  '#',
  '!',
  '-n',
  'ünï',
  'a=b c',
  ';',
  '{a,b}',
]

// Windows has no such shell.
if (process.platform !== 'win32') {
  describe('the command line of a job in a real shell', () => {
    const run = (line: string): string => execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })

    test('takes every word as it was', () => {
      const printer = argv(
        process.execPath,
        '-e',
        'console.log(JSON.stringify(process.argv.slice(1)))',
        '--',
        ...DIFFICULT,
      )
      expect(JSON.parse(run(commandLine(spec(printer))))).toEqual(DIFFICULT)
    })

    test('takes every value of the environment as it was, also of odd names', () => {
      const env = Object.fromEntries(DIFFICULT.map((value, at) => [`V-${at}`, value]))
      const printer = argv(process.execPath, '-e', 'console.log(JSON.stringify(process.env))')
      expect(JSON.parse(run(commandLine(spec(printer, { env }))))).toMatchObject(env)
    })

    test('does not take a first word with = for a variable', () => {
      const line = commandLine(spec(argv('A=b', 'echo', 'x')))
      expect(() => execFileSync('/bin/sh', ['-c', line], { stdio: 'pipe' })).toThrow()
    })

    test('calls the function of a module', () => {
      const module =
        'data:text/javascript,export default async (input, job) => ({ got: input, attempt: job.attempt })'
      const line = commandLine(spec({ kind: 'module', module: '/x.mjs', with: { a: "it's" } }))
      const withNode = line.replace(/ node /, ` ${process.execPath} `)
      const withModule = withNode.replace('pathToFileURL("/x.mjs")', JSON.stringify(module))
      expect(JSON.parse(run(withModule))).toEqual({ got: { a: "it's" }, attempt: 1 })
    })
  })
}
