import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LogRecord, LogStream } from '../../../shared/log-format.ts'
import { LOG_HEADER_BYTES, logFileName, writeLogHeader } from '../../../shared/log-format.ts'
import { LogWriter } from '../../worker/log-writer.ts'
import type { ReadLogOptions } from './log-store.ts'
import { readLog, removeLogs } from './log-store.ts'

const ATTEMPT = 4_217

let dir = ''
let path = ''

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jobyard-log-'))
  path = join(dir, logFileName(ATTEMPT))
})
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})

function record(stream: LogStream, at_ms: number, offset: number, payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload)
  const header = Buffer.alloc(LOG_HEADER_BYTES)
  writeLogHeader(
    new DataView(header.buffer, header.byteOffset, header.length),
    0,
    stream,
    at_ms,
    offset,
    bytes.length,
  )
  return Buffer.concat([header, bytes])
}

function write(suffix: string, ...records: readonly Buffer[]): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path + suffix, Buffer.concat(records))
}

/** `stream offset text` of each record. */
function show(found: LogRecord): string {
  return `${found.stream} ${found.offset} ${Buffer.from(found.bytes).toString()}`
}

async function read(options: ReadLogOptions = {}): Promise<string[]> {
  const found: string[] = []
  for await (const one of readLog(dir, ATTEMPT, options)) found.push(show(one))
  return found
}

describe('reading what an attempt printed', () => {
  test('gives the records in order, with their bytes as they came', async () => {
    write(
      '',
      record('stdout', 10, 0, 'one\n'),
      record('stderr', 11, 0, 'oops\n'),
      record('stdout', 12, 4, Buffer.of(0xff, 0, 10)),
    )
    const records: LogRecord[] = []
    for await (const found of readLog(dir, ATTEMPT)) records.push(found)
    expect(records.map(({ stream, at_ms, offset }) => ({ stream, at_ms, offset }))).toEqual([
      { stream: 'stdout', at_ms: 10, offset: 0 },
      { stream: 'stderr', at_ms: 11, offset: 0 },
      { stream: 'stdout', at_ms: 12, offset: 4 },
    ])
    expect([...(records[2]?.bytes ?? [])]).toEqual([0xff, 0, 10])
  })

  test('finds nothing where nothing was printed', async () => {
    expect(await read()).toEqual([])
    write('')
    expect(await read()).toEqual([])
  })

  test('ignores a record that a power cut left half-written, and the zeros after it', async () => {
    const last = record('stdout', 11, 4, 'two\n')
    for (let kept = 0; kept < last.length; kept += 1) {
      write('', record('stdout', 10, 0, 'one\n'), last.subarray(0, kept))
      expect(await read()).toEqual(['stdout 0 one\n'])
    }
    write('', record('stdout', 10, 0, 'one\n'), Buffer.alloc(5_000))
    expect(await read()).toEqual(['stdout 0 one\n'])
    write('', record('stdout', 10, 0, 'one\n'), Buffer.alloc(5_000, 0x77), last)
    expect(await read()).toEqual(['stdout 0 one\n'])
  })

  test('gives only the streams that are asked for', async () => {
    write('', record('stdout', 10, 0, 'out'), record('stderr', 11, 0, 'err'), record('note', 12, 0, 'said'))
    expect(await read({ streams: ['stderr'] })).toEqual(['stderr 0 err'])
    expect(await read({ streams: ['stdout', 'note'] })).toEqual(['stdout 0 out', 'note 0 said'])
  })

  test('hands a huge record out in pieces, and not before it is whole', async () => {
    const payload = Buffer.alloc(300_000, 'abcdefg')
    const whole = record('stdout', 10, 50, payload)
    write('', record('stdout', 9, 0, 'x'.repeat(50)), whole.subarray(0, -1))
    expect(await read()).toHaveLength(1)
    appendFileSync(path, whole.subarray(-1))
    const pieces: LogRecord[] = []
    for await (const piece of readLog(dir, ATTEMPT)) pieces.push(piece)
    let offset = 0
    for (const piece of pieces) {
      expect(piece.offset).toBe(offset)
      expect(piece.bytes.length).toBeLessThanOrEqual(65_536)
      offset += piece.bytes.length
    }
    expect(Buffer.concat(pieces.slice(1).map(({ bytes }) => bytes)).equals(payload)).toBe(true)
  })
})

describe('output that was cut', () => {
  const head = (): void => {
    write('', record('stdout', 10, 0, 'head'), record('stderr', 11, 0, 'e0'))
  }

  test('is told of between head and tail, whichever of the tail files is the older', async () => {
    head()
    write('.tail0', record('stdout', 30, 2_000_004, 'new'), record('stderr', 31, 2, 'e1'))
    write('.tail1', record('stdout', 20, 2_000_000, 'old '))
    expect(await read()).toEqual([
      'stdout 0 head',
      'stderr 0 e0',
      'note 0 … 2.0 MB cut …\n',
      'stdout 2000000 old ',
      'stdout 2000004 new',
      'stderr 2 e1',
    ])
  })

  test('is counted exactly where the attempt is over and a stream shows in no tail', async () => {
    head()
    write('.tail0', record('stdout', 30, 1_000, 'new'))
    const summary = { stdout_bytes: 1_003, stderr_bytes: 502, cut_bytes: 1_496 }
    expect(await read({ summary })).toEqual([
      'stdout 0 head',
      'stderr 0 e0',
      'note 0 … 1.5 kB cut …\n',
      'stdout 1000 new',
    ])
    expect(await read({ summary, streams: ['stdout', 'note'] })).toContain('note 0 … 996 bytes cut …\n')
    expect(await read({ summary, streams: ['stdout'] })).toEqual(['stdout 0 head', 'stdout 1000 new'])
  })

  test('is told of at the end where nothing after it was kept', async () => {
    head()
    const summary = { stdout_bytes: 104, stderr_bytes: 2, cut_bytes: 100 }
    expect(await read({ summary })).toEqual(['stdout 0 head', 'stderr 0 e0', 'note 0 … 100 bytes cut …\n'])
    rmSync(path)
    expect(await read({ summary: { stdout_bytes: 7, stderr_bytes: 0, cut_bytes: 7 } })).toEqual([
      'note 0 … 7 bytes cut …\n',
    ])
  })

  test('is not made up where a record was split between two files', async () => {
    write('', record('stdout', 10, 0, 'abc'))
    write('.tail0', record('stdout', 10, 3, 'def'))
    write('.tail1', record('stdout', 10, 6, 'ghi'))
    expect(await read({ summary: { stdout_bytes: 9, stderr_bytes: 0, cut_bytes: 0 } })).toEqual([
      'stdout 0 abc',
      'stdout 3 def',
      'stdout 6 ghi',
    ])
  })

  test('stays in order where a tail file begins anew while it is read', async () => {
    head()
    const old = Array.from({ length: 40 }, (_none, index) =>
      record('stdout', 20 + index, 4 + index * 5_000, 'o'.repeat(5_000)),
    )
    write('.tail0', ...old)
    write('.tail1', record('stdout', 100, 200_004, 'second'))
    const order: string[] = []
    for await (const { stream, offset, bytes } of readLog(dir, ATTEMPT)) {
      const text = Buffer.from(bytes).toString()
      order.push(stream === 'stdout' ? `${offset} ${text.slice(0, 6)}` : text)
      if (offset === 4) write('.tail0', record('stdout', 200, 200_010, 'third'), ...old)
    }
    expect(order.slice(0, 3)).toEqual(['0 head', 'e0', '4 oooooo'])
    const after = order.filter((line) => !line.includes('oooooo'))
    expect(after).toEqual([
      '0 head',
      'e0',
      expect.stringContaining('kB cut'),
      '200004 second',
      '200010 third',
    ])
  })

  test('as the worker writes it, adds up to what the job printed', async () => {
    const writer = new LogWriter({ path, max_bytes: 40_000, sync: true })
    let printed = 0
    for (let line = 0; line < 20_000; line += 1) {
      const bytes = Buffer.from(`line ${line}\n`)
      printed += bytes.length
      writer.write(line % 5 === 0 ? 'stderr' : 'stdout', bytes)
    }
    const summary = writer.finishSync()
    const next = { stdout: 0, stderr: 0, note: 0 }
    let kept = 0
    let note = ''
    let last = ''
    for await (const { stream, offset, bytes } of readLog(dir, ATTEMPT, { summary })) {
      const text = Buffer.from(bytes).toString()
      if (stream === 'note') {
        note += text
        continue
      }
      expect(offset).toBeGreaterThanOrEqual(next[stream])
      next[stream] = offset + bytes.length
      kept += bytes.length
      last = text
    }
    expect(kept).toBeLessThanOrEqual(40_000)
    expect(kept + (summary?.cut_bytes ?? 0)).toBe(printed)
    expect(note).toBe(`… ${((printed - kept) / 1_000).toFixed(1)} kB cut …\n`)
    expect(last).toContain('line 19999\n')
  })
})

/** Follows the log, and lets a test await what came so far. */
class Follower {
  readonly lines: string[] = []
  readonly done: Promise<void>
  end: () => void = () => undefined
  readonly #abort = new AbortController()
  #check: () => void = () => undefined

  constructor() {
    const ended = new Promise<void>((resolve) => {
      this.end = resolve
    })
    this.done = this.#run({ follow: { ended }, signal: this.#abort.signal })
  }

  abort(): void {
    this.#abort.abort()
  }

  async #run(options: ReadLogOptions): Promise<void> {
    for await (const found of readLog(dir, ATTEMPT, options)) {
      this.lines.push(show(found))
      this.#check()
    }
  }

  async until(count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#check = () => {
        if (this.lines.length >= count) resolve()
      }
      this.#check()
    })
  }
}

describe('following what an attempt prints', () => {
  test('waits for the first output and for more, and ends after the last when the attempt has ended', async () => {
    const follower = new Follower()
    write('', record('stdout', 10, 0, 'one'))
    await follower.until(1)
    const two = record('stderr', 11, 0, 'two')
    appendFileSync(path, two.subarray(0, 9))
    appendFileSync(path, two.subarray(9))
    await follower.until(2)
    appendFileSync(path, record('stdout', 12, 3, 'three'))
    follower.end()
    await follower.done
    expect(follower.lines).toEqual(['stdout 0 one', 'stderr 0 two', 'stdout 3 three'])
  })

  test('goes on through tail files as they take turns', async () => {
    const follower = new Follower()
    write('', record('stdout', 10, 0, 'aaa'))
    await follower.until(1)
    write('.tail0', record('stdout', 11, 3, 'bbb'))
    await follower.until(2)
    write('.tail1', record('stdout', 12, 6, 'ccc'))
    await follower.until(3)
    truncateSync(`${path}.tail0`)
    write('.tail0', record('stdout', 13, 9, 'ddd'), record('stdout', 14, 12, 'eee'))
    await follower.until(5)
    // It was slow: a whole turn was missed.
    truncateSync(`${path}.tail1`)
    write('.tail1', record('stdout', 16, 1_015, 'ggg'))
    follower.end()
    await follower.done
    expect(follower.lines).toEqual([
      'stdout 0 aaa',
      'stdout 3 bbb',
      'stdout 6 ccc',
      'stdout 9 ddd',
      'stdout 12 eee',
      'note 0 … 1.0 kB cut …\n',
      'stdout 1015 ggg',
    ])
  })

  test('reads on where a record was taken back that the disk did not take whole', async () => {
    const follower = new Follower()
    write('', record('stdout', 10, 0, 'kept'), record('stdout', 11, 4, 'taken back'))
    await follower.until(2)
    truncateSync(path, record('stdout', 10, 0, 'kept').length)
    appendFileSync(path, record('stdout', 12, 14, 'a longer one that comes after it'))
    follower.end()
    await follower.done
    expect(follower.lines.at(-1)).toBe('stdout 14 a longer one that comes after it')
  })

  test('loses nothing of a worker that writes as fast as it can below the cap', async () => {
    const follower = new Follower()
    const writer = new LogWriter({ path, max_bytes: 8_000_000, sync: false })
    let printed = 0
    for (let turn = 0; turn < 200; turn += 1) {
      for (let line = 0; line < 50; line += 1) {
        const bytes = Buffer.alloc(100, 97 + (line % 26))
        printed += bytes.length
        writer.write(line % 3 === 0 ? 'stderr' : 'stdout', bytes)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    await writer.finish()
    follower.end()
    await follower.done
    const sizes = follower.lines.map((line) => line.split(' ', 2).join(' ').length)
    const bytes = follower.lines.reduce((sum, line, index) => sum + line.length - (sizes[index] ?? 0) - 1, 0)
    expect(bytes).toBe(printed)
    expect(follower.lines.some((line) => line.startsWith('note'))).toBe(false)
  })

  test('over the cap shows no byte at a wrong place or twice, and reaches the last', async () => {
    const writer = new LogWriter({ path, max_bytes: 200_000, sync: false })
    let end: () => void = () => undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const pattern = Buffer.from(Array.from({ length: 251 * 300 }, (_none, index) => index % 251))
    const next = { stdout: 0, stderr: 0, note: 0 }
    let shown = 0
    const following = (async () => {
      for await (const { stream, offset, bytes } of readLog(dir, ATTEMPT, { follow: { ended } })) {
        if (stream === 'note') continue
        expect(offset).toBeGreaterThanOrEqual(next[stream])
        expect(
          pattern
            .subarray(offset % 251)
            .subarray(0, bytes.length)
            .equals(bytes),
        ).toBe(true)
        next[stream] = offset + bytes.length
        shown += bytes.length
      }
    })()
    const printed = { stdout: 0, stderr: 0 }
    for (let turn = 0; turn < 400; turn += 1) {
      const stream = turn % 3 === 0 ? 'stderr' : 'stdout'
      const start = printed[stream] % 251
      const bytes = Buffer.from(pattern.subarray(start, start + 20_000 + turn))
      printed[stream] += bytes.length
      writer.write(stream, bytes)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await writer.finish()
    end()
    await following
    expect(next).toMatchObject(printed)
    expect(shown).toBeGreaterThanOrEqual(150_000)
  })

  test('can be given up while it waits', async () => {
    const follower = new Follower()
    write('', record('stdout', 10, 0, 'one'))
    await follower.until(1)
    follower.abort()
    await follower.done
    expect(follower.lines).toEqual(['stdout 0 one'])
  })
})

test('removing logs deletes heads and tails, and does not mind what is gone', async () => {
  write('', record('stdout', 10, 0, 'one'))
  write('.tail0', record('stdout', 10, 0, 'one'))
  write('.tail1', record('stdout', 10, 0, 'one'))
  const other = join(dir, logFileName(ATTEMPT + 1))
  writeFileSync(other, 'x')
  await removeLogs(dir, [ATTEMPT, ...Array.from({ length: 40 }, (_none, index) => 100_000 + index)])
  expect(existsSync(path) || existsSync(`${path}.tail0`) || existsSync(`${path}.tail1`)).toBe(false)
  expect(existsSync(other)).toBe(true)
})
