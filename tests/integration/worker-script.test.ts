import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scriptCopyBeside } from '../../electron/process/script-copy.ts'
import type { Task } from '../../shared/job-spec.ts'
import type { Outcome, RunOrder } from '../../shared/worker-protocol.ts'
import { TestWorker, eventually } from './worker-harness.ts'

let worker: TestWorker

beforeEach(async () => {
  worker = new TestWorker()
  await worker.until(() => worker.messages.length > 0, 'ready')
})

afterEach(async () => {
  await worker.dispose()
})

async function run(attempt_id: number, task: Task, more: Partial<RunOrder> = {}): Promise<Outcome> {
  worker.run(worker.order(attempt_id, task, more))
  return (await worker.ended(attempt_id)).outcome
}

test('a script runs beside its original, with its arguments, and leaves nothing there', async () => {
  const task = worker.script(
    'build.sh',
    'echo "$0"; echo "$1 $2"; cat "$(dirname "$0")/data.txt"',
    ['/bin/sh'],
    ['a b', 'c'],
  )
  worker.file('data.txt', 'beside')
  const before = readdirSync(worker.dir)
  expect(await run(5, task)).toMatchObject({ cause: 'exit', exit_code: 0 })
  const copy = scriptCopyBeside(join(worker.dir, 'build.sh'), worker.init.data_id, 5)
  expect(worker.text(5)).toBe(`${copy}\na b c\nbeside`)
  expect(dirname(copy)).toBe(worker.dir)
  expect(copy).toMatch(/\/\.build\.jobyard-[0-9a-f]{8}-5\.sh$/)
  expect(readdirSync(worker.dir)).toEqual(before)
})

test('what was queued runs, although the original has changed or is gone', async () => {
  const task = worker.script('job.sh', 'echo queued', ['/bin/sh'])
  worker.file('job.sh', 'echo changed')
  await run(1, task)
  expect(worker.text(1)).toBe('queued\n')
})

test('where the folder of the original is gone it runs from the data directory, and the log says so', async () => {
  const task = worker.script('job.sh', 'echo "$0"', ['/bin/sh'])
  await run(1, { ...task, original_path: '/proc/no/such/folder/job.sh' } as Task)
  expect(worker.text(1)).toContain(join(worker.init.script_dir, 'run'))
  expect(worker.text(1, 'note')).toContain(
    'Runs from a copy in the data directory, because /proc/no/such/folder cannot be written to',
  )
  expect(readdirSync(join(worker.init.script_dir, 'run'))).toEqual([])
})

test('the copy is removed when the script is stopped, and when its interpreter is missing', async () => {
  const task = worker.script('job.sh', 'echo up; sleep 60', ['/bin/sh'])
  worker.run(worker.order(1, task))
  await worker.printed(1, 'up')
  const copy = scriptCopyBeside(join(worker.dir, 'job.sh'), worker.init.data_id, 1)
  expect(existsSync(copy)).toBe(true)
  worker.stop(1, { signal: 'SIGKILL', grace_ms: 0 })
  await worker.ended(1)
  expect(existsSync(copy)).toBe(false)
  const outcome = await run(2, { ...task, interpreter: ['no-such-shell'] } as Task)
  expect(outcome).toMatchObject({ cause: 'spawn-error' })
  expect(outcome.error?.message).toContain('"no-such-shell" was not found on PATH')
  expect(readdirSync(worker.dir).filter((name) => name.startsWith('.'))).toEqual([])
})

test('a copy left over from a crash is in nobody’s way', async () => {
  const task = worker.script('job.sh', 'echo right', ['/bin/sh'])
  writeFileSync(scriptCopyBeside(join(worker.dir, 'job.sh'), worker.init.data_id, 1), 'echo left over')
  await run(1, task)
  expect(worker.text(1)).toBe('right\n')
})

test('a stored script that is missing or damaged does not run', async () => {
  const task = worker.script('job.sh', 'echo 1', ['/bin/sh'])
  if (task.kind !== 'script') throw new Error('unreachable')
  writeFileSync(join(worker.init.script_dir, task.sha256), 'echo 2')
  expect((await run(1, task)).error?.message).toContain('is damaged')
  const sha256 = createHash('sha256').update('nothing').digest('hex')
  expect((await run(2, { ...task, sha256 })).error?.message).toContain('cannot be read')
})

test('JavaScript and TypeScript run on a Node that is new enough, with relative imports', async () => {
  worker.file('helper.mjs', 'export const word = "helped"')
  const ts = worker.script(
    'job.ts',
    `import { word } from './helper.mjs'\nconst n: number = 1\nconsole.log(word, n, process.argv[2])`,
    ['jobyard:node'],
    ['x'],
  )
  expect(await run(1, ts)).toMatchObject({ exit_code: 0 })
  expect(worker.text(1)).toBe('helped 1 x\n')
})

test('a Node on PATH that is too old is passed over', async () => {
  const bin = join(worker.dir, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'node'), '#!/bin/sh\necho v18.0.0\n')
  chmodSync(join(bin, 'node'), 0o700)
  const task = worker.script('job.mjs', 'console.log(process.version)', ['jobyard:node'])
  await run(1, task, { env: { PATH: bin } })
  expect(worker.text(1)).toBe(`${process.version}\n`)
})

test('a Node on PATH that is new enough is taken', async () => {
  const bin = join(worker.dir, 'bin')
  mkdirSync(bin)
  writeFileSync(
    join(bin, 'node'),
    '#!/bin/sh\nif [ "$1" = --version ]; then echo v22.18.0; else echo mine "$2"; fi\n',
  )
  chmodSync(join(bin, 'node'), 0o700)
  const task = worker.script('job.mjs', '', ['jobyard:node'], ['argument'])
  await run(1, task, { env: { PATH: bin } })
  expect(worker.text(1)).toBe('mine argument\n')
})

test('a stop while the interpreter is still looked for ends the attempt before it begins', async () => {
  const bin = join(worker.dir, 'bin')
  mkdirSync(bin)
  const asked = join(worker.dir, 'asked')
  writeFileSync(
    join(bin, 'node'),
    `#!/bin/sh\n: > ${asked}\nwhile [ ! -e ${asked}.go ]; do sleep 0.02; done\necho v22.18.0\n`,
  )
  chmodSync(join(bin, 'node'), 0o700)
  const task = worker.script('job.mjs', 'console.log("ran")', ['jobyard:node'])
  worker.run(worker.order(1, task, { env: { PATH: `${bin}:/bin:/usr/bin` } }))
  await eventually(() => existsSync(asked), 'the question for the version')
  worker.stop(1, { signal: 'SIGTERM', grace_ms: 1_000 })
  worker.file('asked.go', '')
  expect((await worker.ended(1)).outcome).toMatchObject({ cause: 'signal', stopped: true, log: null })
  expect(worker.find('started')).toMatchObject({ pid: null })
})
