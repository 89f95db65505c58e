import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MAX_INLINE_CHARS, WORKER_EXIT_CODES } from '../../shared/worker-protocol.ts'
import { TestWorker, moduleTask } from './worker-harness.ts'

let worker: TestWorker

beforeEach(() => {
  worker = new TestWorker()
})

afterEach(async () => {
  await worker.dispose()
})

/** Writes a job module whose function has this body. */
function job(name: string, body: string): string {
  return worker.file(name, `export default async (input, job) => {\n${body}\n}\n`)
}

describe('a module job', () => {
  test('gets its input and returns a result', async () => {
    const path = job(
      'a.mjs',
      'return { twice: input.n * 2, id: job.id, attempt: job.attempt, name: job.name, cwd: job.cwd }',
    )
    const outcome = await worker.module(1, path, { n: 21 }, { number: 4, name: 'double' })
    expect(outcome).toMatchObject({ cause: 'exit', exit_code: 0, error: null, stopped: false, log: null })
    expect(outcome.result).toEqual({
      json: JSON.stringify({ twice: 42, id: 1001, attempt: 4, name: 'double', cwd: worker.dir }),
    })
    expect(worker.starts()).toEqual(['1'])
  })

  test('that returns nothing has no result; null is one', async () => {
    expect((await worker.module(1, job('a.mjs', ''))).result).toBeNull()
    expect((await worker.module(2, job('b.mjs', 'return null'))).result).toEqual({ json: 'null' })
  })

  test('may be a plain function, and may be TypeScript', async () => {
    const path = worker.file('a.ts', 'export default (input: { n: number }): number => input.n + 1')
    expect((await worker.module(1, path, { n: 1 })).result).toEqual({ json: '2' })
  })

  test('reports progress, and its last report is never lost', async () => {
    await worker.module(
      1,
      job(
        'a.mjs',
        'const { progress } = job; for (let i = 1; i <= 50; i += 1) progress(i / 50, `step ${i}`)',
      ),
    )
    const reports = worker.events.filter((event) => event.type === 'progress')
    expect(reports.length).toBeLessThan(10)
    expect(reports.at(-1)).toMatchObject({ progress: 1, message: 'step 50' })
  })

  test('is told when it reports nonsense as progress', async () => {
    expect((await worker.module(1, job('a.mjs', 'job.progress(25)'))).error?.message).toContain(
      'a fraction from 0 to 1, not 25',
    )
  })

  test('prints into its own log, the two streams told apart', async () => {
    const outcome = await worker.module(
      1,
      job(
        'a.mjs',
        `console.log('out', { a: 1 }); console.error('err'); process.stdout.write(Buffer.from([0xff])); job.log('logged', 7)`,
      ),
    )
    expect(outcome.log).toEqual({ stdout_bytes: 23, stderr_bytes: 4, cut_bytes: 0 })
    expect(worker.bytes(1, 'stdout').toString('latin1')).toBe('out { a: 1 }\n\u00fflogged 7\n')
    expect(worker.text(1, 'stderr')).toBe('err\n')
    expect(worker.output).toBe('')
  })

  test('that prints without end while it blocks the event loop fills no memory', async () => {
    const path = job(
      'a.mjs',
      `const line = 'x'.repeat(999); for (let i = 0; i < 100_000; i += 1) console.log(line); return process.memoryUsage().arrayBuffers`,
    )
    const outcome = await worker.module(1, path, undefined, { log_max_bytes: 100_000 })
    expect(outcome.log).toMatchObject({ stdout_bytes: 100_000_000 })
    if (outcome.result === null || !('json' in outcome.result)) throw new Error('expected a result')
    expect(Number(outcome.result.json)).toBeLessThan(50_000_000)
  })

  test('what it prints after its end goes to the worker, not to the next job', async () => {
    await worker.module(1, job('a.mjs', `setTimeout(() => console.log('late'), 50)`))
    await worker.until(() => worker.output.includes('late'), 'the late line')
    expect(existsSync(worker.logPath(1))).toBe(false)
  })

  test('works in its directory with its variables, which the next one does not see', async () => {
    const path = job(
      'a.mjs',
      'return [process.cwd(), process.env.MINE ?? null, process.env.JOBYARD_JOB_ID, job.env.MINE ?? null]',
    )
    mkdirSync(join(worker.dir, 'sub'))
    const first = await worker.module(1, path, undefined, {
      cwd: join(worker.dir, 'sub'),
      env: { MINE: 'yes' },
    })
    const second = await worker.module(2, path)
    expect(first.result).toEqual({ json: JSON.stringify([join(worker.dir, 'sub'), 'yes', '1001', 'yes']) })
    expect(second.result).toEqual({ json: JSON.stringify([worker.dir, null, '1002', null]) })
  })

  test('whose directory is missing is a spawn error that says so', async () => {
    const outcome = await worker.module(1, job('a.mjs', ''), undefined, { cwd: '/no/such/dir' })
    expect(outcome).toMatchObject({ cause: 'spawn-error', error: { code: 'SPAWN_FAILED' } })
    expect(outcome.error?.message).toContain('/no/such/dir does not exist')
  })

  test('does not see the channel of the worker', async () => {
    expect((await worker.module(1, job('a.mjs', 'return typeof process.send'))).result).toEqual({
      json: '"undefined"',
    })
  })
})

describe('a module job that fails', () => {
  test('by throwing has the message, and the head of the stack', async () => {
    const outcome = await worker.module(1, job('a.mjs', 'throw new RangeError("too far")'))
    expect(outcome).toMatchObject({ cause: 'exception', exit_code: null, result: null })
    expect(outcome.error).toMatchObject({ code: 'MODULE_THREW', message: 'RangeError: too far' })
    expect(outcome.error?.details?.['stack']).toContain('a.mjs:2')
  })

  test.each([
    ['throw "a text"', 'a text'],
    ['throw undefined', 'undefined'],
    ['throw { code: 7 }', '{"code":7}'],
    ['throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })', 'cannot be read'],
  ])('by `%s` is told as well as can be', async (body, message) => {
    expect((await worker.module(1, job('a.mjs', body))).error?.message).toContain(message)
  })

  test.each([
    ['const a = {}; a.a = a; return a', 'circular'],
    ['return 10n', 'BigInt'],
    ['return () => 1', 'a function has no form in JSON'],
  ])('by `%s` is told that its result cannot be kept', async (body, message) => {
    const { error, cause } = await worker.module(1, job('a.mjs', body))
    expect({ cause, code: error?.code }).toEqual({ cause: 'exception', code: 'RESULT_NOT_SERIALISABLE' })
    expect(error?.message).toContain(message)
  })

  test('because it is not there, has a fault, or no default function, is told which', async () => {
    expect((await worker.module(1, '/no/such/module.mjs')).error).toMatchObject({
      code: 'MODULE_LOAD_FAILED',
    })
    expect((await worker.module(2, worker.file('b.mjs', 'export default )'))).error?.message).toContain(
      'SyntaxError',
    )
    expect((await worker.module(3, worker.file('c.mjs', 'export const a = 1'))).error?.message).toContain(
      'no function as its default export',
    )
  })

  test('to load runs once the fault is mended', async () => {
    const path = worker.file('a.mjs', 'export default )')
    await worker.module(1, path)
    writeFileSync(path, 'export default () => "mended"')
    expect((await worker.module(2, path)).result).toEqual({ json: '"mended"' })
  })

  test('by an error that nobody catches ends with that error, and so does its worker', async () => {
    const path = job(
      'a.mjs',
      `console.log('before'); setTimeout(() => { throw new Error('out of nowhere') }, 10); await new Promise(() => undefined)`,
    )
    worker.run(worker.order(1, moduleTask(path)), worker.order(2, moduleTask(path)))
    const { outcome } = await worker.ended(1)
    expect(outcome).toMatchObject({
      cause: 'exception',
      error: { message: 'Not caught: out of nowhere' },
      log: { stdout_bytes: 7 },
    })
    expect(worker.text(1)).toBe('before\n')
    expect(await worker.exited()).toMatchObject({ code: WORKER_EXIT_CODES.fault })
    expect(worker.text(1, 'stderr')).toContain('out of nowhere')
    // The second was not begun: no mark, so it goes back to the queue.
    expect(worker.starts()).toEqual(['1'])
  })

  test('by a rejection that nobody handles ends likewise', async () => {
    const path = job('a.mjs', `Promise.reject(new Error('unhandled')); await new Promise(() => undefined)`)
    expect((await worker.module(1, path)).error?.message).toBe('Not caught: unhandled')
    expect(await worker.exited()).toMatchObject({ code: WORKER_EXIT_CODES.fault })
  })

  test('by process.exit takes its worker along, which the owner sees', async () => {
    worker.run(worker.order(1, moduleTask(job('a.mjs', 'process.exit(9)'))))
    expect(await worker.exited()).toMatchObject({ code: 9, stopped: false })
    expect(worker.find('started')).toMatchObject({ attempt_id: 1 })
    expect(worker.find('ended')).toBeUndefined()
  })

  test('by process.exit keeps what it printed, and what was done before it is still told', async () => {
    const path = job('a.mjs', `console.log('input', input); if (input === 9) process.exit(9)`)
    // Known to be short, so that what is told of them travels together.
    for (const attempt_id of [1, 2, 3]) await worker.module(attempt_id, path, 0)
    worker.run(...[4, 5, 9].map((attempt_id) => worker.order(attempt_id, moduleTask(path, attempt_id))))
    expect(await worker.exited()).toMatchObject({ code: 9 })
    const ended = worker.events.flatMap((event) => (event.type === 'ended' ? [event.attempt_id] : []))
    expect(ended).toEqual([1, 2, 3, 4, 5])
    expect(worker.text(9)).toBe('input 9\n')
  })
})

describe('a large result', () => {
  test('travels in a file', async () => {
    const outcome = await worker.module(1, job('a.mjs', `return 'é'.repeat(${MAX_INLINE_CHARS})`))
    if (outcome.result === null || !('file' in outcome.result)) throw new Error('expected a file')
    const json = readFileSync(outcome.result.file)
    expect(json).toHaveLength(outcome.result.bytes)
    expect(JSON.parse(json.toString('utf8'))).toHaveLength(MAX_INLINE_CHARS)
  })
})

describe('stop of a module job', () => {
  test('aborts its signal; what it then returns still counts as stopped', async () => {
    const path = job(
      'a.mjs',
      `console.log('up'); await new Promise((resolve) => job.signal.addEventListener('abort', resolve)); return 'tidied'`,
    )
    worker.run(worker.order(1, moduleTask(path)))
    await worker.started(1)
    worker.stop(1, { signal: 'SIGTERM', grace_ms: 30_000 })
    expect((await worker.ended(1)).outcome).toMatchObject({
      cause: 'exit',
      exit_code: 0,
      stopped: true,
      result: { json: '"tidied"' },
    })
    expect(worker.exit).toBeNull()
  })

  test('shows in a signal that is asked for only later', async () => {
    const path = job(
      'a.mjs',
      `await new Promise((resolve) => setTimeout(resolve, 300)); return job.signal.aborted`,
    )
    worker.run(worker.order(1, moduleTask(path)))
    await worker.started(1)
    worker.stop(1, { signal: 'SIGTERM', grace_ms: 30_000 })
    expect((await worker.ended(1)).outcome).toMatchObject({ stopped: true, result: { json: 'true' } })
  })

  test('that is ignored ends the worker when the grace is over, with the log kept', async () => {
    const path = job(
      'a.mjs',
      `console.log('deaf'); await new Promise(() => setInterval(() => undefined, 1000))`,
    )
    worker.run(worker.order(1, moduleTask(path)), worker.order(2, moduleTask(path)))
    await worker.started(1)
    worker.stop(1, { signal: 'SIGTERM', grace_ms: 100 })
    const { outcome } = await worker.ended(1)
    expect(outcome).toMatchObject({
      cause: 'signal',
      signal: 'SIGKILL',
      stopped: true,
      log: { stdout_bytes: 5 },
    })
    expect(worker.text(1)).toBe('deaf\n')
    expect(await worker.exited()).toMatchObject({ code: WORKER_EXIT_CODES.stopped_module, stopped: true })
    expect(worker.starts()).toEqual(['1'])
  })
})

describe('an edited module', () => {
  // Within one tick of the file system's clock an edit could not be told.
  const edit = (path: string, text: string): void => {
    writeFileSync(path, text)
    utimesSync(path, new Date(), new Date(Date.now() + 5_000))
  }

  test('is loaded anew, an unchanged one is not', async () => {
    const path = worker.file('a.mjs', 'let n = 0; export default () => (n += 1)')
    await worker.module(1, path)
    expect((await worker.module(2, path)).result).toEqual({ json: '2' })
    edit(path, 'let n = 100; export default () => (n += 1)')
    expect((await worker.module(3, path)).result).toEqual({ json: '101' })
    expect((await worker.module(4, path)).result).toEqual({ json: '102' })
  })

  test('is loaded anew also where only a module that it imports has changed', async () => {
    worker.file('deep.mjs', 'export const word = "old"')
    worker.file('helper.mjs', 'export { word } from "./deep.mjs"')
    const path = worker.file('a.mjs', 'import { word } from "./helper.mjs"; export default () => word')
    expect((await worker.module(1, path)).result).toEqual({ json: '"old"' })
    edit(join(worker.dir, 'deep.mjs'), 'export const word = "new"')
    expect((await worker.module(2, path)).result).toEqual({ json: '"new"' })
  })
})
