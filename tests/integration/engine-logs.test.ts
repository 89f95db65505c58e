/** What jobs print, from the pipe to what is read back of the attempt. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readLog } from '../../electron/engine/store/log-store.ts'
import type { LogRecord } from '../../shared/log-format.ts'
import type { RealEngine } from './real-engine.ts'
import { act, openEngine, retry, shell } from './real-engine.ts'

async function records(real: RealEngine, job_id: number, number = 1): Promise<LogRecord[]> {
  const { attempts } = await real.page(job_id)
  const attempt = attempts.find((candidate) => candidate.number === number)
  if (attempt === undefined) throw new Error(`Job ${job_id} has no attempt ${number}.`)
  return collect(readLog(real.paths.logs, attempt.id, { summary: attempt.log }))
}

function text(all: readonly LogRecord[], ...streams: readonly string[]): string {
  return Buffer.concat(
    all.filter(({ stream }) => streams.includes(stream)).map(({ bytes }) => bytes),
  ).toString()
}

describe('order', () => {
  test('both streams are told apart, in order within each and by arrival across them', async () => {
    const real = await openEngine({ concurrency: 1 })
    const lines = 'for i in 1 2 3 4; do echo out $i; sleep 0.03; echo err $i >&2; sleep 0.03; done'
    const [job] = await real.run(shell(lines))
    const all = await records(real, job?.id ?? 0)
    expect(text(all, 'stdout')).toBe('out 1\nout 2\nout 3\nout 4\n')
    expect(text(all, 'stderr')).toBe('err 1\nerr 2\nerr 3\nerr 4\n')
    expect(text(all, 'stdout', 'stderr')).toBe([1, 2, 3, 4].map((i) => `out ${i}\nerr ${i}\n`).join(''))
    const arrivals = all.map(({ at_ms }) => at_ms)
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b))
  })

  test('each attempt keeps its own output', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [job] = await real.run(shell('echo attempt $JOBYARD_ATTEMPT_NUMBER; exit 1', { retry: retry(2) }))
    for (const number of [1, 2, 3]) {
      expect(text(await records(real, job?.id ?? 0, number), 'stdout')).toBe(`attempt ${number}\n`)
    }
  })

  test('a growing log is followed to its end', async () => {
    const real = await openEngine({ concurrency: 1 })
    const id = await real.submitOne(shell('for i in 1 2 3 4 5; do echo $i; sleep 0.05; done'))
    const { attempts } = await real.reaches(id, 'running')
    const ended = real.reaches(id, 'succeeded')
    const seen = await collect(readLog(real.paths.logs, attempts[0]?.id ?? 0, { follow: { ended } }))
    expect(text(seen, 'stdout')).toBe('1\n2\n3\n4\n5\n')
  })
})

describe('bytes', () => {
  test('of any kind are kept as they came', async () => {
    const real = await openEngine({ concurrency: 1 })
    const bytes = Buffer.concat([Buffer.from([0, 0xff, 0xfe, 0xc3, 0x28, 0x80]), randomBytes(500_000)])
    writeFileSync(real.path('bytes'), bytes)
    const [job] = await real.run(shell(`cat ${real.path('bytes')}; printf '\\377\\200' >&2`))
    expect((await real.output(job?.id ?? 0)).equals(bytes)).toBe(true)
    expect(await real.output(job?.id ?? 0, 'stderr')).toEqual(Buffer.from([0xff, 0x80]))
    const { attempts } = await real.page(job?.id ?? 0)
    expect(attempts[0]?.log).toEqual({ stdout_bytes: bytes.length, stderr_bytes: 2, cut_bytes: 0 })
  })

  test('over the cap keep their head and tail, and what was cut is said', async () => {
    const real = await openEngine({ concurrency: 1 })
    const cap = 256 * 1024
    const [job] = await real.run(shell('seq 1 400000', { log_max_bytes: cap }))
    const expected = numbers(400_000)
    const { attempts } = await real.page(job?.id ?? 0)
    const all = await records(real, job?.id ?? 0)
    const kept = all.filter(({ stream }) => stream === 'stdout')
    const gap = kept.findIndex(({ offset }, index) => index > 0 && offset !== endOf(kept[index - 1]))
    const head = text(kept.slice(0, gap), 'stdout')
    const tail = text(kept.slice(gap), 'stdout')
    expect(expected.startsWith(head) && expected.endsWith(tail)).toBe(true)
    expect(head.length).toBeGreaterThan(cap * 0.4)
    expect(tail.length).toBeGreaterThanOrEqual(cap / 4)
    expect(head.length + tail.length).toBeLessThanOrEqual(cap)
    const cut = expected.length - head.length - tail.length
    expect(attempts[0]?.log).toEqual({ stdout_bytes: expected.length, stderr_bytes: 0, cut_bytes: cut })
    expect(text(all, 'note')).toMatch(/cut/)
  })

  test('of four jobs that flood at once arrive whole and in order', async () => {
    const real = await openEngine({ concurrency: 4 })
    const count = 500_000
    const ended = await real.run(...Array.from({ length: 4 }, () => shell(`seq 1 ${count}`)))
    const expected = numbers(count)
    for (const { id, state } of ended) {
      expect(state).toBe('succeeded')
      const output = await real.output(id)
      expect(output.length).toBe(expected.length)
      // Compared as one: a difference would print megabytes.
      expect(output.toString('latin1') === expected).toBe(true)
    }
  }, 40_000)
})

describe('a job that dies', () => {
  test('by a signal keeps what it had printed', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [job] = await real.run(shell('echo out; echo err >&2; kill -9 $$'))
    expect(job).toMatchObject({ state: 'failed', cause: 'signal' })
    const all = await records(real, job?.id ?? 0)
    expect([text(all, 'stdout'), text(all, 'stderr')]).toEqual(['out\n', 'err\n'])
  })

  test('with its worker keeps what had reached the worker a moment before', async () => {
    const real = await openEngine({ concurrency: 1 })
    const [job] = await real.run(shell('seq 1 5000; sleep 0.3; kill -9 $PPID; sleep 60'))
    expect(job).toMatchObject({ state: 'interrupted', cause: 'worker-lost' })
    expect((await real.output(job?.id ?? 0)).toString()).toBe(numbers(5_000))
  })

  test('as a module that exits or throws where nobody catches keeps its last words', async () => {
    const real = await openEngine({ concurrency: 1 })
    const late = act({ act: 'print-throw' })
    const [exits, throws] = await real.run(act({ act: 'print-exit', code: 3 }), late)
    expect(exits).toMatchObject({ state: 'interrupted', cause: 'worker-lost' })
    const all = await records(real, exits?.id ?? 0)
    expect([text(all, 'stdout'), text(all, 'stderr')]).toEqual(['last words\n', 'last cries\n'])
    expect(throws).toMatchObject({ state: 'failed', cause: 'exception' })
    expect(text(await records(real, throws?.id ?? 0), 'stdout')).toBe('last words\n')
  })
})

test('a module writes to the log of its own attempt, however it prints', async () => {
  const real = await openEngine({ concurrency: 1 })
  const module = real.file(
    'print.mjs',
    `export default async (input, job) => {
       console.log('console', input.n)
       job.log('logged %d', input.n)
       process.stdout.write('raw ' + input.n + '\\n')
       console.error('error', input.n)
     }`,
  )
  const ended = await real.run(...[1, 2, 3].map((n) => act({ n }, {}, module)))
  for (const [index, { id }] of ended.entries()) {
    const n = index + 1
    const all = await records(real, id)
    expect(text(all, 'stdout')).toBe(`console ${n}\nlogged ${n}\nraw ${n}\n`)
    expect(text(all, 'stderr')).toBe(`error ${n}\n`)
  }
})

async function collect(log: AsyncIterable<LogRecord>): Promise<LogRecord[]> {
  const all: LogRecord[] = []
  for await (const record of log) all.push(record)
  return all
}

function endOf(record: LogRecord | undefined): number {
  return record === undefined ? 0 : record.offset + record.bytes.length
}

/** What `seq 1 count` prints. */
function numbers(count: number): string {
  const lines: string[] = []
  for (let n = 1; n <= count; n += 1) lines.push(String(n))
  return `${lines.join('\n')}\n`
}
