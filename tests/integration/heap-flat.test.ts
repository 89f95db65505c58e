/** What a person does not see until days later: something is kept of each job that came and went. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test } from 'vitest'
import type { OwnerApi } from '../../electron/engine/api/api-server.ts'
import { emptySlots } from '../../renderer/components/empty-slots.ts'
import { mergeDeltas } from '../../renderer/state/merge-delta.ts'
import { Throughput } from '../../renderer/state/throughput.ts'
import { PagedRows } from '../../renderer/views/queue/paged-rows.ts'
import { ApiConnection } from '../../shared/api-client.ts'
import type { YardDelta } from '../../shared/yard.ts'
import { openApi } from './api-harness.ts'
import type { RealEngine } from './real-engine.ts'
import { act } from './real-engine.ts'

const MILLION = 1_000_000
const ROUND_JOBS = 2_000
/** Until caches are warm and all code has been compiled. */
const WARM_UP_ROUNDS = 3
const ROUNDS = 5
/** An id that is kept in a set is 25 bytes, a job with its name 250. Nothing is kept where this is a little below zero. */
const MOST_BYTES_A_JOB = 10

/** What is held on the heap when garbage is gone. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('This Node lets nobody collect garbage.')
  Reflect.apply(collect, undefined, [])
  return process.memoryUsage().heapUsed
}

/** What a page does with what it is told, without the page: the yard, and the list of what has ended. */
class Watching {
  ended = 0
  readonly #connection: ApiConnection
  readonly #rows: PagedRows
  readonly #throughput = new Throughput()
  #told: YardDelta = { now_ms: 0 }
  #onEnded: () => void = () => undefined

  constructor(server: OwnerApi) {
    const peer = server.connect({
      is_remote: false,
      isTrusted: () => true,
      send: (message) => {
        const copy = structuredClone(message)
        queueMicrotask(() => {
          this.#connection.receive(copy)
        })
      },
      close: () => undefined,
    })
    this.#connection = new ApiConnection(
      {
        send: (message) => {
          peer.receive(JSON.parse(JSON.stringify(message)))
        },
      },
      {
        onSnapshot: () => undefined,
        onJobNews: () => undefined,
        onDelta: (delta) => {
          this.#hear(delta)
        },
      },
    )
    this.#rows = new PagedRows(
      (start, limit, signal) =>
        this.#connection.call('jobs:list', { filter: {}, order: 'ended', ...start, limit }, signal),
      () => undefined,
    )
    this.#connection.watch()
    onTestFinished(() => {
      peer.closed()
    })
  }

  #hear(delta: YardDelta): void {
    this.#told = mergeDeltas(this.#told, delta)
    this.ended += delta.ended?.count ?? 0
    this.#throughput.add(delta.ended?.count ?? 0, delta.now_ms)
    this.#onEnded()
  }

  /** Resolves when it was told of so many ends in all, and has read its list again. */
  async hears(ended: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onEnded = () => {
        if (this.ended >= ended) resolve()
      }
      this.#onEnded()
    })
    this.#rows.want(0, 40)
    await this.#rows.refresh()
    expect(this.#rows.row(0)?.job.state).toBe('succeeded')
  }
}

/** @returns what is held when so many more jobs have come and gone */
async function afterRounds(rounds: number, real: RealEngine, watching: Watching): Promise<number> {
  for (let round = 0; round < rounds; round += 1) {
    const until = watching.ended + ROUND_JOBS
    await real.run(...Array.from({ length: ROUND_JOBS }, () => act({ act: 'none' })))
    await watching.hears(until)
  }
  return heldBytes()
}

test('owner and watcher keep nothing of ten thousand jobs that came and went', async () => {
  const { real, server } = await openApi({ concurrency: 2 })
  const watching = new Watching(server)
  const before = await afterRounds(WARM_UP_ROUNDS, real, watching)
  const after = await afterRounds(ROUNDS, real, watching)
  expect((after - before) / (ROUNDS * ROUND_JOBS)).toBeLessThan(MOST_BYTES_A_JOB)
}, 60_000)

test('a list that becomes longer with each job takes no memory for its rows', () => {
  heldBytes()
  const before = heldBytes()
  const kept = Array.from({ length: 50 }, (_none, jobs) => emptySlots(MILLION + jobs))
  expect(heldBytes() - before).toBeLessThan(MILLION)
  expect(kept.at(-1)?.length).toBe(MILLION + 49)
})
