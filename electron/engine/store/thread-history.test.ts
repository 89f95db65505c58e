import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { JobListQuery } from '../../../shared/listing.ts'
import { StoreSubject } from '../../../tests/contract/store-subject.ts'
import { openInThreadStore } from '../../../tests/fakes/in-thread-store.ts'
import { tempDir } from '../../../tests/fakes/temp-dir.ts'
import { dataPaths, prepareDataDir } from './data-dir.ts'
import type { ThreadHistory } from './thread-history.ts'
import { openThreadHistory } from './thread-history.ts'

const ENTRY = join(import.meta.dirname, 'history-thread.ts')
const ALL: JobListQuery = { filter: {}, order: 'newest', limit: 100 }
const ABANDONED = { code: 'ABANDONED' }

function open(): { readonly history: ThreadHistory; readonly subject: () => StoreSubject } {
  const dir = join(tempDir(), 'data')
  prepareDataDir(dir)
  const history = openThreadHistory({ dir, entry: ENTRY })
  onTestFinished(() => history.close())
  return {
    history,
    subject: () => {
      const store = openInThreadStore({ file: dataPaths(dir).database })
      onTestFinished(() => store.close())
      return new StoreSubject(store)
    },
  }
}

test('every question is answered from the thread, whichever was opened first', async () => {
  const { history, subject } = open()
  const store = subject()
  await store.submit([{ name: 'a' }, { name: 'b', spec_json: '{"x":1}' }])
  await store.finish(1)
  expect((await history.list(ALL)).jobs.map(({ job }) => job.id)).toEqual([2, 1])
  expect((await history.rows([1, 7])).map(({ job }) => job.id)).toEqual([1])
  expect(await history.count({ name: 'b' })).toEqual({ count: 1, more: false })
  expect(await history.show(1)).toMatchObject({ job: { state: 'succeeded' }, attempts: [{ number: 1 }] })
  expect(await history.show(9)).toBeNull()
  const stats = await history.stats({ from_ms: 0, to_ms: 2_000_000, buckets: 1 })
  expect(stats.buckets).toMatchObject([{ succeeded: 1 }])
  const piece = await history.exportPage({
    filter: { states: ['succeeded'] },
    format: 'csv',
    export_id: null,
  })
  expect(piece).toMatchObject({ export_id: null, text: expect.stringContaining('succeeded') as unknown })
  expect(await history.duplicates(['{"x":1}', '{}'])).toEqual([2, null])
  const search = { filter: {}, text: 'x', limit: 5, before_id: null }
  expect(await history.searchOutput(search)).toEqual({ matches: [], next: null })
})

test('errors keep their codes', async () => {
  const { history } = open()
  await expect(history.list(ALL)).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' })
  await expect(history.show(1)).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' })
})

test('what is taken back is rejected, whether it is answered now or waits, and holds up nobody', async () => {
  const { history, subject } = open()
  await subject().submit(Array.from({ length: 30_000 }, (_none, index) => ({ name: `job ${index}` })))
  const flags = Array.from({ length: 5 }, () => ({ aborted: false }))
  const slow: JobListQuery = { ...ALL, filter: { name: 'nothing like it' } }
  const asked = flags.map((flag) => history.list(slow, flag))
  const last = history.list(ALL)
  for (const flag of flags) flag.aborted = true
  const outcomes = await Promise.allSettled(asked)
  // The first may have been answered before anybody looked at its flag.
  for (const outcome of outcomes.slice(1))
    expect(outcome).toMatchObject({ status: 'rejected', reason: ABANDONED })
  expect((await last).jobs).toHaveLength(100)
  await expect(history.list(ALL, { aborted: true })).rejects.toMatchObject(ABANDONED)
})

test('questions of different kinds do not wait for each other', async () => {
  const { history, subject } = open()
  const store = subject()
  await store.submit(Array.from({ length: 30_000 }, (_none, index) => ({ name: `job ${index}` })))
  // It has many steps, and the others are asked after it.
  const order: string[] = []
  const exported = history
    .exportPage({ filter: {}, format: 'jsonl', export_id: null })
    .then(() => order.push('export'))
  const listed = history.list({ ...ALL, limit: 1 }).then(() => order.push('list'))
  await Promise.all([exported, listed])
  expect(order).toEqual(['list', 'export'])
})

test('closing ends the thread, rejects what waits and refuses what comes later', async () => {
  const { history, subject } = open()
  await subject().submit([{}])
  await history.list(ALL)
  const asked = Promise.allSettled([history.list(ALL), history.count({ name: 'x' }), history.list(ALL)])
  await history.close()
  for (const outcome of await asked) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ENGINE_CLOSED' } })
  }
  await expect(history.list(ALL)).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
  await history.close()
})

test('one that was never asked anything closes at once', async () => {
  const { history } = open()
  await history.close()
})

test('a thread that cannot start rejects what was asked, and the next question tries again', async () => {
  for (const entry of ['no-such-file.js', join(import.meta.dirname, 'no-such-file.ts')]) {
    const history = openThreadHistory({ dir: tempDir(), entry })
    await expect(history.list(ALL)).rejects.toMatchObject({ code: 'INTERNAL' })
    await expect(history.list(ALL)).rejects.toMatchObject({ code: 'INTERNAL' })
    await history.close()
  }
})
