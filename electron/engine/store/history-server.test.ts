import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { JobListQuery } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import { LOG_HEADER_BYTES, logFileName, writeLogHeader } from '../../../shared/log-format.ts'
import { NOW_MS, StoreSubject } from '../../../tests/contract/store-subject.ts'
import { openInThreadStore } from '../../../tests/fakes/in-thread-store.ts'
import { tempDir } from '../../../tests/fakes/temp-dir.ts'
import { dataPaths, prepareDataDir } from './data-dir.ts'
import type { ExportPage, ExportQuery, HistoryAnswers, QuestionName, QuestionOf } from './history-protocol.ts'
import { HistoryServer } from './history-server.ts'

const never = (): boolean => false

interface Served {
  readonly dir: string
  readonly subject: StoreSubject
  readonly ask: <K extends QuestionName>(
    question: QuestionOf<K>,
    isCancelled?: () => boolean,
  ) => Promise<HistoryAnswers[K]>
}

function serve(): Served {
  const dir = join(tempDir(), 'data')
  prepareDataDir(dir)
  const store = openInThreadStore({ file: dataPaths(dir).database })
  const server = new HistoryServer(dir)
  onTestFinished(async () => {
    server.close()
    await store.close()
  })
  return {
    dir,
    subject: new StoreSubject(store),
    ask: (question, isCancelled = never) => server.answer(question, isCancelled),
  }
}

/** Cancelled at the second look. */
function afterOneStep(): () => boolean {
  let looks = 0
  return () => {
    looks += 1
    return looks > 1
  }
}

async function fillSubmission(subject: StoreSubject, count: number): Promise<number[]> {
  return subject.submit(Array.from({ length: count }, (_none, index) => ({ name: `job ${index}` })))
}

describe('a count', () => {
  test('is what the list would hold, whichever way it is counted', async () => {
    const { subject, ask } = serve()
    await subject.do({ type: 'set-group', name: 'io' })
    await subject.submit([
      { name: 'a' },
      { name: 'b', group_id: 2 },
      { name: 'ab' },
      { name: 'c', held: true },
    ])
    await subject.finish(1, { state: 'failed' }, { exit_code: 7 })
    await subject.finish(2, { state: 'succeeded' }, { ended_ms: NOW_MS + 500 })
    const filters: readonly JobFilter[] = [
      {},
      { states: [] },
      { group: 'io' },
      { group: 'nowhere' },
      { states: ['queued', 'failed'] },
      { name: 'B' },
      { name: '' },
      { submission_id: 1 },
      { submission_id: 9 },
      { exit_code: 7 },
      { ended_after_ms: NOW_MS + 100 },
      { ended_before_ms: NOW_MS + 100 },
      { cause: 'exit' },
    ]
    const counts: number[] = []
    for (const filter of filters) {
      const page = await ask<'list'>({ type: 'list', query: { filter, order: 'newest', limit: 100 } })
      expect(await ask<'count'>({ type: 'count', filter })).toEqual({ count: page.jobs.length, more: false })
      counts.push(page.jobs.length)
    }
    expect(counts).toEqual([4, 0, 1, 0, 2, 2, 4, 4, 0, 1, 1, 1, 2])
  })

  test('ends at its next step when it is cancelled', async () => {
    const { subject, ask } = serve()
    await fillSubmission(subject, 10)
    await expect(
      ask<'count'>({ type: 'count', filter: { name: 'job' } }, afterOneStep()),
    ).rejects.toMatchObject({
      code: 'ABANDONED',
    })
  })
})

describe('rows', () => {
  test('come in the order asked for, without those that are not there or were cleared', async () => {
    const { subject, ask } = serve()
    await fillSubmission(subject, 5)
    await subject.finish(2)
    await subject.do({ type: 'clear', kind: 'clear', selection: { ids: [2] }, at_ms: NOW_MS + 50 })
    const rows = await ask<'rows'>({ type: 'rows', ids: [4, 99, 2, 1] })
    expect(rows.map(({ job }) => job.id)).toEqual([4, 1])
    expect(rows[0]).toMatchObject({ job: { state: 'queued' }, wait_reason: 'pool-stopped' })
  })
})

describe('a list that is sorted', () => {
  test('ends at the next step when it is cancelled, and is whole when it is asked for again', async () => {
    const { subject, ask } = serve()
    const ids = await fillSubmission(subject, 30)
    const query: JobListQuery = { filter: {}, order: { by: 'name', down: true }, limit: 10, skip: 25 }
    const asked = ask<'sorted'>({ type: 'sorted', query }, afterOneStep())
    await expect(asked).rejects.toMatchObject({ code: 'ABANDONED' })
    const page = await ask<'sorted'>({ type: 'sorted', query })
    expect(page.jobs).toHaveLength(5)
    expect(page.start?.total).toBe(ids.length)
  })
})

describe('statistics', () => {
  test('sort what ended into spans of time, with percentiles of the durations and causes', async () => {
    const { subject, ask } = serve()
    const ids = await fillSubmission(subject, 24)
    const take = (): number => ids.shift() ?? 0
    const started_ms = NOW_MS + 5
    // Twenty that took 1 to 20 ms, in the first span.
    for (let ms = 1; ms <= 20; ms += 1) {
      await subject.finish(take(), { state: 'succeeded' }, { ended_ms: started_ms + ms })
    }
    await subject.finish(take(), { state: 'failed' }, { ended_ms: NOW_MS + 12_345, cause: 'timeout' })
    await subject.interrupt(take())
    await subject.cancel([take()], NOW_MS + 10_000)
    const query = { from_ms: NOW_MS, to_ms: NOW_MS + 20_000, buckets: 2 }
    const stats = await ask<'stats'>({ type: 'stats', query })
    expect(stats).toEqual({
      bucket_ms: 10_000,
      buckets: [
        { from_ms: NOW_MS, succeeded: 20, failed: 0, cancelled: 0, p50_ms: 10, p95_ms: 19 },
        // 12,340 to three digits.
        { from_ms: NOW_MS + 10_000, succeeded: 0, failed: 1, cancelled: 1, p50_ms: 12_300, p95_ms: 12_300 },
      ],
      causes: expect.arrayContaining([
        { cause: 'timeout', count: 1 },
        { cause: 'app-crash', count: 1 },
      ]) as unknown,
    })
    const before = await ask<'stats'>({ type: 'stats', query: { ...query, from_ms: 0, to_ms: NOW_MS + 6 } })
    expect(before.buckets.map(({ succeeded }) => succeeded)).toEqual([0, 0])
    const none = await ask<'stats'>({ type: 'stats', query: { from_ms: 5, to_ms: 5, buckets: 3 } })
    expect(none).toEqual({ bucket_ms: 1, buckets: [], causes: [] })
  })

  test.each<[string, JobFilter, [number, number, number]]>([
    ['a part of a name', { name: 'SLOW' }, [1, 1, 0]],
    ['a state', { states: ['failed'] }, [0, 2, 0]],
    ['a group', { group: 'io' }, [1, 0, 1]],
    ['an exit code', { exit_code: 3 }, [0, 1, 0]],
    ['a cause', { cause: 'timeout' }, [0, 1, 0]],
    ['none of it', { name: 'nobody' }, [0, 0, 0]],
    ['states in which nothing ends', { states: ['queued'] }, [0, 0, 0]],
  ])('are of the jobs that match: %s', async (_what, filter, counts) => {
    const { subject, ask } = serve()
    await subject.do({ type: 'set-group', name: 'io' })
    const [slow, io, bad, late] = await subject.submit([
      { name: 'slow one' },
      { name: 'b', group_id: 2 },
      { name: 'c slow' },
      { name: 'd' },
    ])
    await subject.finish(slow ?? 0)
    await subject.cancel([io ?? 0], NOW_MS + 10)
    await subject.finish(bad ?? 0, { state: 'failed' }, { exit_code: 3 })
    await subject.finish(late ?? 0, { state: 'failed' }, { cause: 'timeout', exit_code: null })
    const [last] = await subject.submit([{ name: 'e', group_id: 2 }])
    await subject.finish(last ?? 0)
    const query = { filter, from_ms: 0, to_ms: NOW_MS * 2, buckets: 1 }
    const { buckets, causes } = await ask<'stats'>({ type: 'stats', query })
    expect(buckets.map(({ succeeded, failed, cancelled }) => [succeeded, failed, cancelled])).toEqual([
      counts,
    ])
    expect(causes.reduce((sum, { count }) => sum + count, 0)).toBe(counts[1])
  })

  test('end at the next step when they are cancelled', async () => {
    const { subject, ask } = serve()
    await subject.finish(await subject.submitOne())
    const query = { from_ms: 0, to_ms: NOW_MS * 2, buckets: 5 }
    const asked = ask<'stats'>({ type: 'stats', query }, afterOneStep())
    await expect(asked).rejects.toMatchObject({ code: 'ABANDONED' })
  })
})

describe('duplicates', () => {
  test('are jobs that wait or run with exactly the same spec', async () => {
    const { subject, ask } = serve()
    const [a, b, c] = [`{"a":1}\n{"name":"x"}`, '{"b":"\u2028 \\u0000"}', '{"c":1}']
    await subject.submit([{ spec_json: a }, { spec_json: a }, { spec_json: b, held: true }, { spec_json: c }])
    await subject.finish(4)
    await subject.start(2)
    const spec_texts = [c, b, a, `${a} `, a]
    expect(await ask<'duplicates'>({ type: 'duplicates', spec_texts })).toEqual([null, 3, 1, null, 1])
    expect(await ask<'duplicates'>({ type: 'duplicates', spec_texts: [] })).toEqual([])
  })

  test('are not told of where too many jobs wait', async () => {
    const { subject, ask } = serve()
    await fillSubmission(subject, 20_001)
    const spec_json = '{"mine":1}'
    await subject.submitOne({ spec_json })
    expect(await ask<'duplicates'>({ type: 'duplicates', spec_texts: [spec_json] })).toEqual([null])
    await subject.cancel(Array.from({ length: 100 }, (_none, index) => index + 1))
    expect(await ask<'duplicates'>({ type: 'duplicates', spec_texts: [spec_json] })).toEqual([20_002])
  })
})

describe('an export', () => {
  const first: ExportQuery = { filter: {}, format: 'jsonl', export_id: null }

  test('comes in pieces, which put together are the whole', async () => {
    const { subject, ask } = serve()
    const ids = await fillSubmission(subject, 3_000)
    const texts: string[] = []
    let page: ExportPage = await ask<'export'>({ type: 'export', query: first })
    while (page.export_id !== null) {
      expect(page.text.length).toBeLessThan(400_000)
      texts.push(page.text)
      page = await ask<'export'>({ type: 'export', query: { ...first, export_id: page.export_id } })
    }
    texts.push(page.text)
    expect(texts.length).toBeGreaterThan(3)
    const lines = texts.join('').trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual(ids)
  })

  test('that was cancelled, or not asked for for a minute, is over', async () => {
    const { subject, ask } = serve()
    await fillSubmission(subject, 3_000)
    const begin = async (): Promise<string> =>
      (await ask<'export'>({ type: 'export', query: first })).export_id ?? ''
    const goOn = (export_id: string, isCancelled?: () => boolean): Promise<ExportPage> =>
      ask<'export'>({ type: 'export', query: { ...first, export_id } }, isCancelled)
    const over = { code: 'INVALID_ARGUMENT' }
    const cancelled = await begin()
    await expect(goOn(cancelled, afterOneStep())).rejects.toMatchObject({ code: 'ABANDONED' })
    await expect(goOn(cancelled)).rejects.toMatchObject(over)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const left = await begin()
    vi.advanceTimersByTime(59_000)
    expect((await goOn(left)).export_id).toBe(left)
    vi.advanceTimersByTime(59_000)
    expect((await goOn(left)).export_id).toBe(left)
    vi.advanceTimersByTime(61_000)
    await expect(goOn(left)).rejects.toMatchObject(over)
  })
})

describe('a search in the output', () => {
  function writeLog(dir: string, attempt_id: number, text: string): void {
    const bytes = Buffer.from(text)
    const record = Buffer.alloc(LOG_HEADER_BYTES + bytes.length)
    writeLogHeader(new DataView(record.buffer, record.byteOffset), 0, 'stdout', NOW_MS, 0, bytes.length)
    bytes.copy(record, LOG_HEADER_BYTES)
    const path = join(dataPaths(dir).logs, logFileName(attempt_id))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, record)
  }

  /** Each job prints `text(its id)`; attempt ids are job ids. */
  async function printing(served: Served, count: number, text: (id: number) => string): Promise<void> {
    const ids = await fillSubmission(served.subject, count)
    for (const id of ids) {
      const stdout_bytes = Buffer.byteLength(text(id))
      await served.subject.finish(
        id,
        { state: id % 2 === 0 ? 'succeeded' : 'failed' },
        { log: { stdout_bytes, stderr_bytes: 0, cut_bytes: 0 } },
      )
      if (stdout_bytes > 0) writeLog(served.dir, id, text(id))
    }
  }

  test('finds the newest jobs that printed it, page by page', async () => {
    const served = serve()
    await printing(served, 250, (id) =>
      id % 10 === 0 ? `one\nThe Needle of ${id}\n` : id % 10 === 1 ? '' : 'hay\n',
    )
    await served.subject.submitOne()
    const query = { filter: {}, text: 'needle OF', limit: 10, before_id: null }
    const found: { readonly id: number; readonly attempt_id: number; readonly line: string }[] = []
    let before_id: number | null = null
    do {
      const page: HistoryAnswers['search'] = await served.ask<'search'>({
        type: 'search',
        query: { ...query, before_id },
      })
      expect(page.matches.length).toBeLessThanOrEqual(10)
      for (const { job, attempt_id, line } of page.matches) found.push({ id: job.job.id, attempt_id, line })
      before_id = page.next
    } while (before_id !== null)
    const expected = Array.from({ length: 25 }, (_none, index) => 250 - index * 10)
    expect(found).toEqual(expected.map((id) => ({ id, attempt_id: id, line: `The Needle of ${id}` })))
  })

  test('honours the filter, and finds what a job prints that still runs', async () => {
    const served = serve()
    await printing(served, 4, () => 'needle\n')
    const running = await served.subject.submitOne()
    const { attempt_id } = await served.subject.start(running)
    writeLog(served.dir, attempt_id, 'a needle without an end')
    const search = async (filter: JobFilter): Promise<number[]> => {
      const query = { filter, text: 'needle', limit: 10, before_id: null }
      const { matches } = await served.ask<'search'>({ type: 'search', query })
      return matches.map(({ job }) => job.job.id)
    }
    expect(await search({})).toEqual([running, 4, 3, 2, 1])
    expect(await search({ states: ['failed'] })).toEqual([3, 1])
    expect(await search({ states: ['running'] })).toEqual([running])
    expect(await search({ states: [] })).toEqual([])
  })

  test('is taken back between two pieces of a log', async () => {
    const served = serve()
    await printing(served, 3, () => 'hay\n')
    const query = { filter: {}, text: 'needle', limit: 10, before_id: null }
    const asked = served.ask<'search'>({ type: 'search', query }, afterOneStep())
    await expect(asked).rejects.toMatchObject({ code: 'ABANDONED' })
  })
})

test('before an owner has made a database, questions are refused; afterwards they are answered', async () => {
  const dir = join(tempDir(), 'data')
  prepareDataDir(dir)
  const server = new HistoryServer(dir)
  const ask = (): Promise<unknown> =>
    server.answer<'list'>({ type: 'list', query: { filter: {}, order: 'run', limit: 5 } }, never)
  await expect(ask()).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' })
  const store = openInThreadStore({ file: dataPaths(dir).database })
  expect(await ask()).toEqual({ jobs: [], next: null })
  server.close()
  await store.close()
})
