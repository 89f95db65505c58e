import { expect, test } from 'vitest'
import { JobyardError } from '../../../shared/errors.ts'
import { Journal } from './journal.ts'
import type { Operation } from './store-operations.ts'
import type { Store } from './store.ts'

/** A store whose commits the test answers. */
class PlayedStore {
  readonly commits: {
    readonly operations: readonly Operation[]
    readonly done: (error?: JobyardError) => void
  }[] = []
  #heard: (() => void) | null = null

  /** Resolves when the next commit has come in. */
  async next(): Promise<(typeof this.commits)[number]> {
    while (this.commits.length === 0) await new Promise<void>((resolve) => (this.#heard = resolve))
    const commit = this.commits.shift()
    if (commit === undefined) throw new Error('no commit')
    return commit
  }

  asStore(): Store {
    return {
      commit: (operations) =>
        new Promise((resolve, reject) => {
          const results = operations.map(() => null)
          this.commits.push({
            operations,
            done: (error) => {
              if (error === undefined) resolve(results as never)
              else reject(error)
            },
          })
          this.#heard?.()
        }),
      query: () => Promise.reject(new Error('not asked')),
      close: () => Promise.resolve(),
    }
  }
}

const mark = (value: string): Operation & { type: 'set-meta' } => ({
  type: 'set-meta',
  key: 'data_id',
  value,
})
const fact = (job_id: number): Operation & { type: 'unclaim' } => ({
  type: 'unclaim',
  job_ids: [job_id],
  at_ms: 0,
})
const diskFull = (): JobyardError => new JobyardError('STORE_FAILED', 'The disk is full.')

function played(): { store: PlayedStore; journal: Journal; disk: (string | null)[] } {
  const store = new PlayedStore()
  const disk: (string | null)[] = []
  return {
    store,
    disk,
    journal: new Journal({ store: store.asStore(), onDisk: (fault) => disk.push(fault?.code ?? null) }),
  }
}

test('what is written in one turn is one commit, in order', async () => {
  const { store, journal } = played()
  const written = Promise.all([journal.write(mark('a')), journal.write(mark('b')), journal.write(mark('c'))])
  const commit = await store.next()
  expect(commit.operations).toEqual([mark('a'), mark('b'), mark('c')])
  commit.done()
  await written
})

test('what gathers while a commit is under way is the next one', async () => {
  const { store, journal } = played()
  const first = journal.write(mark('a'))
  const commit = await store.next()
  const rest = Promise.all([journal.write(mark('b')), journal.write(mark('c'))])
  commit.done()
  await first
  const next = await store.next()
  expect(next.operations).toHaveLength(2)
  next.done()
  await rest
})

test('nothing resolves before its commit is done', async () => {
  const { store, journal } = played()
  let resolved = false
  const written = journal.write(mark('a')).then(() => (resolved = true))
  const commit = await store.next()
  expect(resolved).toBe(false)
  commit.done()
  await written
  expect(resolved).toBe(true)
})

test('a commit is bounded: many rows are split over several', async () => {
  const { store, journal } = played()
  const rows = Array.from({ length: 1_500 }, (_, index) => index)
  const written = Promise.all([
    journal.write({ type: 'unclaim', job_ids: rows, at_ms: 0 }),
    journal.write({ type: 'unclaim', job_ids: rows, at_ms: 0 }),
  ])
  for (let n = 0; n < 2; n += 1) {
    const commit = await store.next()
    expect(commit.operations).toHaveLength(1)
    commit.done()
  }
  await written
})

test('when the disk is full a request is refused and a fact is kept until the disk takes it', async () => {
  const { store, journal, disk } = played()
  const request = expect(journal.write(mark('a'))).rejects.toMatchObject({ code: 'STORE_FAILED' })
  const kept = journal.write(fact(7))
  ;(await store.next()).done(diskFull())
  await request
  const again = await store.next()
  expect(again.operations).toEqual([fact(7)])
  again.done()
  await kept
  expect(disk).toEqual(['STORE_FAILED', null])
})

test('a journal that is given up refuses what the disk had not taken', async () => {
  const { store, journal } = played()
  const kept = expect(journal.write(fact(7))).rejects.toMatchObject({ code: 'STORE_FAILED' })
  ;(await store.next()).done(diskFull())
  journal.abandon(diskFull())
  await kept
})

test('flush waits for everything written before it', async () => {
  const { store, journal } = played()
  const order: string[] = []
  const written = journal.write(mark('a')).then(() => order.push('written'))
  const flushed = journal.flush().then(() => order.push('flushed'))
  ;(await store.next()).done()
  await Promise.all([written, flushed])
  expect(order).toEqual(['written', 'flushed'])
})
