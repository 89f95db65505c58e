import { Writable } from 'node:stream'
import pc from 'picocolors'
import { expect, test } from 'vitest'
import { runCommandLine } from '../../electron/headless/command-line.ts'
import { entryPaths } from '../../electron/headless/entry-paths.ts'
import { EXIT } from '../../electron/headless/host.ts'
import { Output } from '../../electron/headless/output/output.ts'
import manifest from '../../package.json' with { type: 'json' }
import type { End } from './cli-harness.ts'
import { Place } from './cli-harness.ts'

const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  run: [
    '--concurrency',
    '--data',
    '--keep',
    '--recursive',
    '--recipe',
    '--skip-bad',
    '--resume',
    '--fail-fast',
    '--json',
  ],
  preview: ['--recursive', '--recipe', '--data', '--json'],
  start: [
    '--concurrency',
    '--data',
    '--recursive',
    '--recipe',
    '--skip-bad',
    '--until-idle',
    '--when-done',
    '--json',
  ],
  serve: [
    ...[
      '--host',
      '--port',
      '--tls-cert',
      '--tls-key',
      '--concurrency',
      '--data',
      '--recursive',
      '--skip-bad',
    ],
    ...['--open', '--json'],
  ],
  add: ['--group', '--priority', '--hold', '--data', '--recursive', '--recipe', '--skip-bad', '--json'],
  ls: ['--state', '--name', '--group', '--limit', '--data', '--json'],
  show: ['--data', '--json'],
  log: ['--attempt', '--stdout', '--stderr', '--follow', '--data'],
  export: ['--format', '--state', '--name', '--group', '--data'],
  prune: ['--older-than', '--data'],
  recipe: [],
  cancel: ['--data'],
  retry: ['--data'],
  hold: ['--data'],
  release: ['--data'],
  requeue: ['--data'],
  fail: ['--data'],
  suspend: ['--data'],
  pause: ['--data'],
  resume: ['--group', '--data'],
  stop: ['--now', '--data'],
  schedules: ['--json', '--data'],
  watch: ['--json', '--data'],
  'when-done': ['--cancel', '--data'],
}

/** Remembers what was written. */
class Sink extends Writable {
  text = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

/** A command line within this process: for what ends before anything is opened. */
async function cli(...args: readonly string[]): Promise<Omit<End, 'signal'>> {
  const stdout = new Sink()
  const stderr = new Sink()
  const code = await runCommandLine(args, {
    entries: entryPaths(import.meta.filename),
    stdout: new Output(stdout),
    stderr: new Output(stderr),
    terminal: null,
    colors: pc.createColors(false),
    cwd: import.meta.dirname,
    reexec: false,
    exit_code: EXIT.ok,
  })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

test.each(Object.entries(OPTIONS))(
  'the help of %s lists its options and gives an example',
  async (command, options) => {
    const end = await cli(command, '--help')
    expect([end.code, end.stderr]).toEqual([0, ''])
    const listed = [...end.stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((match) => match[1])
    expect(listed).toEqual([...options, '--help'])
    expect(end.stdout).toMatch(new RegExp(`Examples?:\\n {2}jobyard ${command}`))
  },
)

test('the help of the program names every command', async () => {
  const end = await new Place().cli('--help')
  expect([end.code, end.stderr]).toEqual([0, ''])
  const commands = [...end.stdout.matchAll(/^ {2}([\w-]+) .*/gm)].map((match) => match[1])
  expect(new Set(commands)).toEqual(new Set([...Object.keys(OPTIONS), 'help', 'jobyard']))
})

test('the version is that of the package', async () => {
  expect(await new Place().cli('--version')).toMatchObject({
    code: 0,
    stdout: `${manifest.version}\n`,
    stderr: '',
  })
})

test('without a command there is the help, and exit code 2', async () => {
  const end = await cli()
  expect([end.code, end.stdout]).toEqual([2, ''])
  expect(end.stderr).toMatch(/^Usage: jobyard/)
})

test.each([
  [['rnu'], "jobyard: unknown command 'rnu' (Did you mean run?). See `jobyard --help`.\n"],
  [
    ['run', '--jsn', 'x'],
    "jobyard: unknown option '--jsn' (Did you mean --json?). See `jobyard run --help`.\n",
  ],
  [['show'], "jobyard: missing required argument 'id'. See `jobyard show --help`.\n"],
  [
    ['show', '1', '2'],
    "jobyard: too many arguments for 'show'. Expected 1 argument but got 2: 1, 2. See `jobyard show --help`.\n",
  ],
])('bad usage (%j) is one line that says what to do, and exit code 2', async (args, stderr) => {
  expect(await cli(...args)).toEqual({ code: 2, stdout: '', stderr })
})
