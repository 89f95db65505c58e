import { mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { TestWorker, command } from './worker-harness.ts'

const workers: TestWorker[] = []

function newWorker(): TestWorker {
  const worker = new TestWorker()
  workers.push(worker)
  return worker
}

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.dispose()
})

/** A program that numbers its lines, of 50 bytes each, on standard output. */
const NUMBERED = `
const lines = Number(process.argv[1])
let next = 0
const go = () => {
  for (;;) {
    if (next === lines) return
    let block = ''
    for (let i = 0; i < 1000 && next < lines; i += 1, next += 1) block += String(next).padStart(49, '.') + '\\n'
    if (!process.stdout.write(block)) return process.stdout.once('drain', go)
  }
}
go()
`

function numbered(lines: number): ReturnType<typeof command> {
  return command(process.execPath, '-e', NUMBERED, String(lines))
}

test('bytes that are no UTF-8 are kept as they are', async () => {
  const worker = newWorker()
  await worker.shell(1, String.raw`printf '\377\376\000\303(\n'`)
  expect([...worker.bytes(1, 'stdout')]).toEqual([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x0a])
})

test('characters of many bytes survive any cut between two reads', async () => {
  const worker = newWorker()
  const code = `const c = Buffer.from('👩‍🔬€ü'); for (const b of c) require('fs').writeSync(1, Buffer.from([b]))`
  worker.run(worker.order(1, command(process.execPath, '-e', code)))
  await worker.ended(1)
  expect(worker.text(1)).toBe('👩‍🔬€ü')
})

test('records carry rising arrivals, and offsets without a gap within each stream', async () => {
  const worker = newWorker()
  const before = Date.now()
  await worker.shell(1, 'for i in 1 2 3 4 5 6 7 8; do echo out $i; echo err $i >&2; sleep 0.01; done')
  const records = worker.records(1)
  expect(records.map(({ at_ms }) => at_ms)).toEqual(
    records.map(({ at_ms }) => at_ms).toSorted((a, b) => a - b),
  )
  expect(records[0]?.at_ms).toBeGreaterThanOrEqual(before)
  for (const stream of ['stdout', 'stderr'] as const) {
    let offset = 0
    for (const record of records.filter((one) => one.stream === stream)) {
      expect(record.offset).toBe(offset)
      offset += record.bytes.length
    }
    expect(offset).toBe(8 * 6)
  }
})

test('a line printed now is in the file soon, while the job goes on', async () => {
  const worker = newWorker()
  worker.run(worker.order(1, command('sh', '-c', 'echo first; exec sleep 60')))
  expect(await worker.printed(1, 'first')).toBe('first\n')
  const told = await worker.event('output')
  expect(told).toEqual({ type: 'output', attempt_id: 1, file_bytes: statSync(worker.logPath(1)).size })
  expect(worker.find('ended')).toBeUndefined()
})

test('output over the cap keeps its first half and its end, and counts what was cut', async () => {
  const worker = newWorker()
  const cap = 40_000
  worker.run(worker.order(1, numbered(10_000), { log_max_bytes: cap }))
  const { outcome } = await worker.ended(1)
  const records = worker.records(1)
  const kept = records.reduce((sum, { bytes }) => sum + bytes.length, 0)
  expect(outcome.log).toEqual({ stdout_bytes: 500_000, stderr_bytes: 0, cut_bytes: 500_000 - kept })
  expect(kept).toBeLessThanOrEqual(cap)
  expect(kept).toBeGreaterThanOrEqual((cap * 3) / 4)
  // Every record still says truly where it stood.
  const whole = Array.from({ length: 10_000 }, (_, i) => `${String(i).padStart(49, '.')}\n`).join('')
  for (const { offset, bytes } of records) {
    expect(Buffer.from(bytes).toString()).toBe(whole.slice(offset, offset + bytes.length))
  }
  expect(records[0]?.offset).toBe(0)
  const last = records.at(-1)
  expect((last?.offset ?? 0) + (last?.bytes.length ?? 0)).toBe(500_000)
  const gaps = records.filter(
    (record, i) =>
      i > 0 && record.offset !== (records[i - 1]?.offset ?? 0) + (records[i - 1]?.bytes.length ?? 0),
  )
  expect(gaps).toHaveLength(1)
  expect(records.find(({ offset }) => offset >= cap / 2)).toBe(gaps[0])
  const name = basename(worker.logPath(1))
  expect(readdirSync(dirname(worker.logPath(1))).toSorted()).toEqual([name, `${name}.tail0`, `${name}.tail1`])
})

test('output just over half of the cap is kept whole', async () => {
  const worker = newWorker()
  worker.run(worker.order(1, numbered(100), { log_max_bytes: 5_000 }))
  expect((await worker.ended(1)).outcome.log).toEqual({ stdout_bytes: 5_000, stderr_bytes: 0, cut_bytes: 0 })
  expect(worker.bytes(1, 'stdout')).toHaveLength(5_000)
})

test('a cap of nothing keeps nothing and counts all', async () => {
  const worker = newWorker()
  expect((await worker.shell(1, 'echo hello', { log_max_bytes: 0 })).log).toEqual({
    stdout_bytes: 6,
    stderr_bytes: 0,
    cut_bytes: 6,
  })
  expect(worker.records(1)).toEqual([])
})

// Only Linux has a device that is always full.
if (process.platform === 'linux') {
  test('a full disk costs output, not the job', async () => {
    const worker = newWorker()
    const path = worker.logPath(1)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync('/dev/full', path)
    const outcome = await worker.shell(1, 'echo lost; sleep 0.1; echo lost too; exit 4')
    expect(outcome).toMatchObject({
      cause: 'exit',
      exit_code: 4,
      log: { stdout_bytes: 14, stderr_bytes: 0, cut_bytes: 14 },
    })
    expect(await worker.shell(2, 'echo fine')).toMatchObject({ log: { cut_bytes: 0 } })
  })
}

test('a log folder that cannot be written to costs output, not the job', async () => {
  const worker = newWorker()
  await worker.until(() => worker.messages.length > 0, 'ready')
  // A file where the folder of this attempt's log should be.
  worker.file('logs/0', '')
  expect(await worker.shell(1, 'echo lost')).toMatchObject({
    exit_code: 0,
    log: { stdout_bytes: 5, cut_bytes: 5 },
  })
})

test('a flood from several workers at once arrives whole and in order', async () => {
  const lines = 400_000
  const cap = lines * 50 * 2
  const all = [newWorker(), newWorker(), newWorker()]
  for (const worker of all) worker.run(worker.order(1, numbered(lines), { log_max_bytes: cap }))
  for (const worker of all) {
    const { outcome } = await worker.ended(1)
    expect(outcome.log).toEqual({ stdout_bytes: lines * 50, stderr_bytes: 0, cut_bytes: 0 })
    const text = worker.bytes(1, 'stdout').toString('latin1')
    let wrong = 0
    for (let i = 0; i < lines; i += 1)
      if (Number(text.slice(i * 50, i * 50 + 49).replaceAll('.', '')) !== i) wrong += 1
    expect(wrong).toBe(0)
  }
})
