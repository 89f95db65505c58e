import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOG_HEADER_BYTES, parseLogRecords } from '../../shared/log-format.ts'
import type { LogRecord } from '../../shared/log-format.ts'
import { LogWriter } from './log-writer.ts'

let dir = ''
let next = 0

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'jobyard-log-'))
})

afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
})

function newPath(): string {
  next += 1
  return join(dir, 'deeper', `${next}.log`)
}

function read(path: string): LogRecord[] {
  return existsSync(path) ? parseLogRecords(readFileSync(path)).records : []
}

function readAll(path: string): { head: LogRecord[]; tail: LogRecord[] } {
  const tails = [`${path}.tail0`, `${path}.tail1`].map(read).filter((records) => records.length > 0)
  tails.sort(([a], [b]) => (a?.at_ms ?? 0) - (b?.at_ms ?? 0) || (a?.offset ?? 0) - (b?.offset ?? 0))
  return { head: read(path), tail: tails.flat() }
}

const bytesOf = (records: readonly LogRecord[]): number =>
  records.reduce((sum, { bytes }) => sum + bytes.length, 0)

test('nothing printed makes no file and no summary', async () => {
  const path = newPath()
  expect(await new LogWriter({ path, max_bytes: 100, sync: false }).finish()).toBeNull()
  expect(existsSync(path)).toBe(false)
})

test('a note alone is kept but is no output of the job', async () => {
  const path = newPath()
  const writer = new LogWriter({ path, max_bytes: 100, sync: false })
  writer.note('said by us')
  expect(await writer.finish()).toBeNull()
  expect(read(path)).toMatchObject([{ stream: 'note', offset: 0 }])
})

test('what comes together becomes one record, but never across streams', () => {
  const path = newPath()
  const writer = new LogWriter({ path, max_bytes: 1_000, sync: true })
  for (const [stream, text] of [
    ['stdout', 'a'],
    ['stdout', 'b'],
    ['stderr', 'c'],
    ['stdout', 'd'],
  ] as const) {
    writer.write(stream, Buffer.from(text))
  }
  writer.finishSync()
  const text = read(path).map(({ stream, offset, bytes }) => [stream, offset, Buffer.from(bytes).toString()])
  expect(text.map(([stream]) => stream)).toContain('stderr')
  expect(
    text
      .filter(([stream]) => stream === 'stdout')
      .map((parts) => parts[2])
      .join(''),
  ).toBe('abd')
})

test('reports how much it has written, and asks to wait while a window is full', async () => {
  const path = newPath()
  const pressure: boolean[] = []
  const written: number[] = []
  const writer = new LogWriter({
    path,
    max_bytes: 100e6,
    sync: false,
    onPressure: (full) => pressure.push(full),
    onWritten: (bytes) => written.push(bytes),
  })
  for (let i = 0; i < 32; i += 1) writer.write('stdout', Buffer.alloc(65_536, 'x'))
  expect(pressure).toEqual([true])
  await writer.finish()
  expect(pressure).toEqual([true, false])
  expect(written.at(-1)).toBe(statSync(path).size)
  expect(written).toEqual(written.toSorted((a, b) => a - b))
})

const write = fc.record({
  stream: fc.constantFrom('stdout' as const, 'stderr' as const),
  length: fc.integer({ min: 0, max: 40 }),
  turn: fc.boolean(),
})

test.each([true, false])(
  'keeps head and tail of any output truly, and counts the rest (sync %s)',
  async (sync) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 60 }),
        fc.integer({ min: 0, max: 200 }),
        async (writes, max_bytes) => {
          const path = newPath()
          const writer = new LogWriter({ path, max_bytes, sync })
          const printed = { stdout: '', stderr: '' }
          let order = ''
          for (const { stream, length, turn } of writes) {
            const text = Array.from({ length }, (_, i) => String((printed[stream].length + i) % 10)).join('')
            printed[stream] += text
            order += (stream === 'stdout' ? 'o' : 'e').repeat(length)
            writer.write(stream, Buffer.from(text))
            if (turn) await new Promise((resolve) => setImmediate(resolve))
          }
          const summary = (await writer.finish()) ?? { stdout_bytes: 0, stderr_bytes: 0, cut_bytes: 0 }
          const { head, tail } = readAll(path)
          const kept = bytesOf(head) + bytesOf(tail)
          expect(summary).toEqual({
            stdout_bytes: printed.stdout.length,
            stderr_bytes: printed.stderr.length,
            cut_bytes: order.length - kept,
          })
          expect(kept).toBeLessThanOrEqual(max_bytes)
          expect(bytesOf(head)).toBe(Math.min(order.length, max_bytes - 2 * Math.floor(max_bytes / 4)))
          if (order.length > max_bytes)
            expect(bytesOf(tail)).toBeGreaterThanOrEqual(Math.floor(max_bytes / 4))
          else expect(kept).toBe(order.length)
          for (const { stream, offset, bytes } of [...head, ...tail]) {
            if (stream === 'note') throw new Error('no note was written')
            expect(Buffer.from(bytes).toString()).toBe(printed[stream].slice(offset, offset + bytes.length))
          }
          const sequence = (records: readonly LogRecord[]): string =>
            records
              .map(({ stream, bytes }) => (stream === 'stdout' ? 'o' : 'e').repeat(bytes.length))
              .join('')
          expect(order.startsWith(sequence(head))).toBe(true)
          expect(order.endsWith(sequence(tail))).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  },
)

test('a file holds nothing but whole records', async () => {
  const path = newPath()
  const writer = new LogWriter({ path, max_bytes: 10_000, sync: false })
  writer.write('stdout', Buffer.from('one'))
  writer.write('stderr', Buffer.from('two'))
  await writer.finish()
  expect(statSync(path).size).toBe(2 * LOG_HEADER_BYTES + 6)
})
