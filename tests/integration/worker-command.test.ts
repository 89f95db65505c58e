import { readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MAX_INLINE_CHARS } from '../../shared/worker-protocol.ts'
import { TestWorker, command, eventually, isAlive, shell } from './worker-harness.ts'

let worker: TestWorker

beforeEach(() => {
  worker = new TestWorker()
})

afterEach(async () => {
  await worker.dispose()
})

describe('a command', () => {
  test('ends with its exit code, and its two streams told apart', async () => {
    const outcome = await worker.shell(1, 'echo out; echo err >&2; exit 3')
    expect(outcome).toEqual({
      cause: 'exit',
      exit_code: 3,
      signal: null,
      error: null,
      stopped: false,
      result: null,
      log: { stdout_bytes: 4, stderr_bytes: 4, cut_bytes: 0 },
    })
    expect(worker.text(1)).toBe('out\n')
    expect(worker.text(1, 'stderr')).toBe('err\n')
  })

  test('is marked in the start file before and after it is started, and reported with its process', async () => {
    const go = join(worker.dir, 'go')
    worker.run(worker.order(7, shell(`echo $$; until [ -e ${go} ]; do sleep 0.02; done`)))
    const started = await worker.started(7)
    expect(started.process_start).toMatch(/./)
    expect(worker.starts()).toEqual(['7', `7 ${started.pid} ${started.process_start}`])
    worker.file('go', '')
    await worker.ended(7)
    expect(worker.text(7)).toBe(`${started.pid}\n`)
  })

  test('that ends at once is marked before, and reported with its pid', async () => {
    await worker.shell(7, 'echo $$')
    const { pid } = await worker.started(7)
    expect(worker.text(7)).toBe(`${pid}\n`)
    expect(worker.starts()[0]).toBe('7')
  })

  test('that prints nothing leaves no log behind', async () => {
    const outcome = await worker.shell(1, 'true')
    expect(outcome.log).toBeNull()
    expect(readdirSync(worker.init.log_dir)).toEqual([])
  })

  test('gets its arguments as they are, without a shell', async () => {
    const args = ['a b', '"quoted"', '$HOME', '*', 'ünï €', '']
    worker.run(worker.order(1, command('printf', '%s\\n', ...args)))
    await worker.ended(1)
    expect(worker.text(1).split('\n').slice(0, -1)).toEqual(args)
  })

  test('runs in its working directory, with an empty standard input', async () => {
    await worker.shell(1, 'pwd; cat')
    expect(worker.text(1)).toBe(`${worker.dir}\n`)
  })

  test('knows its job and attempt from its environment, and nothing of our channel', async () => {
    const order = { env: { MINE: 'yes', JOBYARD_JOB_ID: 'not so' }, name: 'a name', number: 3 }
    await worker.shell(5, 'env', order)
    const lines = worker.text(5).split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        'MINE=yes',
        'JOBYARD_JOB_ID=1005',
        'JOBYARD_ATTEMPT_NUMBER=3',
        'JOBYARD_JOB_NAME=a name',
        `JOBYARD_ATTEMPT=${worker.init.data_id}:5`,
      ]),
    )
    expect(lines.filter((line) => /^(NODE_CHANNEL|NODE_UNIQUE|ELECTRON_RUN)/.test(line))).toEqual([])
  })

  test('can itself be a Node program that looks for a channel', async () => {
    worker.run(worker.order(1, command(process.execPath, '-e', 'console.log(typeof process.send)')))
    await worker.ended(1)
    expect(worker.text(1)).toBe('undefined\n')
  })

  test('that is killed from outside ended by that signal', async () => {
    expect(await worker.shell(1, 'kill -KILL $$')).toMatchObject({
      cause: 'signal',
      exit_code: null,
      signal: 'SIGKILL',
      stopped: false,
    })
  })

  test('does not hang on a process it leaves in the background, and does not kill that either', async () => {
    const flag = join(worker.dir, 'flag')
    // It writes to the pipe it inherited before it does its work: a closed pipe would have killed it.
    await worker.shell(1, `(sleep 1.5; echo late; echo late; echo done > ${flag}) & echo $!`)
    const pid = Number(worker.text(1))
    expect(isAlive(pid)).toBe(true)
    await eventually(() => !isAlive(pid), 'the end of the background process')
    expect(readFileSync(flag, 'utf8')).toBe('done\n')
  })

  test('is followed by the next one without a pause', async () => {
    worker.run(worker.order(1, shell('echo one')))
    worker.run(worker.order(2, shell('echo two')))
    await worker.ended(2)
    const order = worker.events.flatMap((event) =>
      event.type === 'started' || event.type === 'ended' ? [`${event.type} ${event.attempt_id}`] : [],
    )
    expect(order).toEqual(['started 1', 'ended 1', 'started 2', 'ended 2'])
  })
})

describe('progress and results in the output', () => {
  test('are read from percentages and JSON lines', async () => {
    const outcome = await worker.shell(
      1,
      `echo 25%; sleep 0.15; echo '{"progress":0.5,"message":"half"}'; sleep 0.15; echo '{"result":{"files":3}}'; echo ' 100 % '`,
    )
    expect(outcome.result).toEqual({ json: '{"files":3}' })
    const reports = worker.events.filter((event) => event.type === 'progress')
    expect(reports.map(({ progress, message }) => [progress, message])).toEqual([
      [0.25, null],
      [0.5, 'half'],
      [1, 'half'],
    ])
  })

  test('come at most every tenth of a second, and the last is never lost', async () => {
    await worker.shell(1, 'for i in 1 2 3 4 5 6 7 8 9; do echo "$i%"; done; printf 99%%')
    const reports = worker.events.filter((event) => event.type === 'progress')
    expect(reports.length).toBeLessThan(4)
    expect(reports.at(-1)?.progress).toBe(0.99)
    expect(worker.events.at(-1)?.type).toBe('ended')
  })

  test('count as results only on standard output', async () => {
    expect((await worker.shell(1, `echo '{"result":1}' >&2`)).result).toBeNull()
  })

  test('travel in a file when they are large', async () => {
    // Short in the output, long when written out: 1e20 is 100000000000000000000.
    const line = JSON.stringify({ result: Array.from({ length: 10_000 }, () => 0) }).replaceAll('0', '1e20')
    const outcome = await worker.shell(1, `cat ${worker.file('line', `${line}\n`)}`)
    if (outcome.result === null || !('file' in outcome.result)) throw new Error('expected a file')
    const json = readFileSync(outcome.result.file, 'utf8')
    expect(json.length).toBeGreaterThan(MAX_INLINE_CHARS)
    expect(json).toHaveLength(outcome.result.bytes)
    expect(JSON.parse(json)).toHaveLength(10_000)
  })
})

describe('a command that cannot be started', () => {
  const failing = async (attempt_id: number, argv: string[], more = {}): Promise<string> => {
    worker.run(worker.order(attempt_id, command(...argv), more))
    const { outcome } = await worker.ended(attempt_id)
    expect(outcome).toMatchObject({ cause: 'spawn-error', exit_code: null, error: { code: 'SPAWN_FAILED' } })
    expect(await worker.started(attempt_id)).toMatchObject({ pid: null, process_start: null })
    return outcome.error?.message ?? ''
  }

  test('names the program that is not on PATH', async () => {
    expect(await failing(1, ['no-such-program-here', 'x'])).toBe(
      'The program "no-such-program-here" was not found on PATH. Install it, or give its full path.',
    )
  })

  test('looks on the PATH of the job', async () => {
    expect(await failing(1, ['ls'], { env: { PATH: worker.dir } })).toContain('"ls" was not found on PATH')
  })

  test('names the working directory that is missing, not the program', async () => {
    const message = await failing(1, ['true'], { cwd: join(worker.dir, 'gone') })
    expect(message).toContain(`The working directory ${worker.dir}/gone does not exist`)
  })

  test('says that the working directory is a file', async () => {
    expect(await failing(1, ['true'], { cwd: worker.file('plain', '') })).toContain('is not a directory')
  })

  test('says that a path does not exist, relative to the working directory', async () => {
    expect(await failing(1, ['./gone'])).toContain(`The program ${worker.dir}/gone does not exist`)
  })

  test('says that a file is not executable', async () => {
    const path = worker.file('tool', '#!/bin/sh\n')
    expect(await failing(1, [path])).toContain(`${path} is not executable`)
  })

  test('says that a directory is no program', async () => {
    expect(await failing(1, [worker.dir])).toContain('is a directory, not a program')
  })

  test('names the interpreter that a script asks for', async () => {
    const path = worker.file('tool', '#!/no/such/interpreter\n', 0o700)
    expect(await failing(1, [path])).toContain('asks for the interpreter /no/such/interpreter')
  })

  test('says what a NUL byte is', async () => {
    expect(await failing(1, ['echo', 'a\0b'])).toContain('NUL byte')
  })

  test('says that the arguments are too long', async () => {
    const path = join(worker.dir, 'orders.json')
    writeFileSync(path, JSON.stringify([worker.order(1, command('true', 'x'.repeat(4_000_000)))]))
    worker.process.send({ type: 'run-file', path, reset_starts: false })
    expect((await worker.ended(1)).outcome.error?.message).toContain('too long')
    expect(readdirSync(worker.dir)).not.toContain('orders.json')
  })

  test('does not harm the next one', async () => {
    await failing(1, ['no-such-program-here'])
    expect(await worker.shell(2, 'true')).toMatchObject({ cause: 'exit', exit_code: 0 })
  })

  test('follows symbolic links that lead nowhere', async () => {
    symlinkSync(join(worker.dir, 'nowhere'), join(worker.dir, 'link'))
    expect(await failing(1, ['./link'])).toContain('does not exist')
  })
})
