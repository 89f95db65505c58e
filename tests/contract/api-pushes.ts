import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DELTA_INTERVAL_MS, PUSH_CREDIT } from '../../shared/api-protocol.ts'
import type { JobVerb } from '../../shared/ipc.ts'
import { act, shell } from '../integration/real-engine.ts'
import type { ApiSubject } from './api-contract.ts'
import { WireClient } from './api-wire-client.ts'

/** More than one push holds ids of. */
const MANY = Array.from({ length: 600 }, (_none, n) => `job ${n}`)
const TURNS = 20
/** A timer may fire that much too early. */
const EARLY_MS = 2

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_none, n) => n)
}

export function describePushes({ owner }: ApiSubject): void {
  test('who watches gets a snapshot, then what changes: numbered, merged to one a frame, nothing left out', async () => {
    const { transport, owned } = owner()
    const client = await WireClient.over(transport)
    const { counts, data_dir, pool } = await client.watch()
    expect([data_dir, pool]).toEqual([owned.paths.dir, { state: 'running', concurrency: 2, active: 0 }])
    await owner().submit(...upTo(300).map(() => act({ act: 'none' })))
    await client.until(() => client.counts?.succeeded === counts.succeeded + 300, 'the last counts')
    expect(client.ended_count).toBe(300)
    expect(client.numbers).toEqual(upTo(client.deltas.length + 1))
    const times = client.deltas.map(({ now_ms }) => now_ms)
    const gaps = times.slice(1).map((now_ms, at) => now_ms - (times[at] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(DELTA_INTERVAL_MS - EARLY_MS)
    // Asked again, it begins anew.
    client.connection.watch()
    await client.until(() => client.numbers.lastIndexOf(0) > 0, 'another snapshot')
    expect(client.snapshot?.counts.succeeded).toBe(counts.succeeded + 300)
  })

  test('who acknowledges nothing gets two pushes and no more; when it does, all that happened meanwhile in one', async () => {
    const { transport } = owner()
    const other = await WireClient.over(transport)
    const { submission_id: first } = await owner().submitHeld(['one'])
    const { submission_id } = await owner().submitHeld(MANY)
    const client = await WireClient.over(transport, { acks: false })
    const { counts } = await client.watch()
    await other.watch()
    await other.api('jobs:act', { verb: 'cancel', selection: { filter: { submission_id: first } } })
    await client.until(() => client.numbers.length >= PUSH_CREDIT, 'what may be under way')
    await other.api('jobs:act', { verb: 'cancel', selection: { filter: { submission_id } } })
    const all = 1 + MANY.length
    await other.until(() => other.counts?.cancelled === counts.cancelled + all, 'the end of all')
    expect(client.numbers).toEqual(upTo(PUSH_CREDIT))
    for (const seq of client.numbers) client.say({ type: 'ack', seq })
    await client.until(() => client.numbers.length > PUSH_CREDIT, 'what gathered meanwhile')
    expect(client.ended_count).toBe(all)
    expect(client.counts?.cancelled).toBe(counts.cancelled + all)
    for (const { changed, ended } of client.deltas) {
      expect(changed?.ids.length ?? 0).toBeLessThanOrEqual(500)
      expect(ended?.jobs.length ?? 0).toBeLessThanOrEqual(20)
    }
    expect(client.deltas.some(({ changed }) => changed?.more === true)).toBe(true)
  })

  test('for who stops reading nothing piles up, however much happens, and then it knows where things stand', async () => {
    const { transport } = owner()
    const busy = await WireClient.over(transport)
    const slow = await WireClient.over(transport)
    const { counts } = await slow.watch()
    const { submission_id } = await owner().submitHeld(MANY)
    const stands = (held: number): Promise<void> => slow.until(() => slow.counts?.held === held, 'the counts')
    await stands(counts.held + MANY.length)
    await busy.api('pool:pause', {})
    slow.wire.pause()
    const before = slow.received.length
    const turn = (verb: JobVerb): Promise<unknown> =>
      busy.api('jobs:act', { verb, selection: { filter: { submission_id } } })
    for (let n = 0; n < TURNS; n += 1) await turn(n % 2 === 0 ? 'release' : 'hold')
    await turn('cancel')
    await busy.api('pool:resume', {})
    slow.wire.resume()
    await stands(counts.held)
    const pushes = slow.received.slice(before)
    // What was under way, what gathered, and the counts that are read a moment later.
    expect(pushes.length).toBeLessThanOrEqual(PUSH_CREDIT + 4)
    expect(JSON.stringify(pushes).length).toBeLessThan(64 * 1_024)
  })

  test('with a job open it hears that its log grows, and reads on where it was', async () => {
    const { transport, folder } = owner()
    const client = await WireClient.over(transport)
    await client.watch()
    const go = join(folder, 'log.go')
    const { first_id } = await owner().submit(
      shell(`echo first; until [ -e ${go} ]; do sleep 0.02; done; echo last`),
    )
    client.connection.openJob(first_id)
    await client.until(() => client.news.some(({ grown }) => grown.length > 0), 'output')
    const attempt_id = client.news.flatMap(({ grown }) => grown)[0] ?? 0
    const first = await client.api('job:log', { attempt_id, from: null, max_bytes: 1_000 })
    expect(first.chunks.map(({ text }) => text).join('')).toBe('first\n')
    writeFileSync(go, '')
    await client.until(() => client.ended_count >= 1, 'the end of the job')
    const rest = await client.api('job:log', { attempt_id, from: first.next, max_bytes: 1_000 })
    expect(rest).toMatchObject({ chunks: [{ stream: 'stdout', text: 'last\n' }], at_end: true })
    // A place that this owner does not remember is read on from, too.
    const from = first.next.replace(/^[^:]+/, '00000000-0000-4000-8000-000000000000')
    const again = await client.api('job:log', { attempt_id, from, max_bytes: 1_000 })
    expect(again.chunks.map(({ text }) => text)).toEqual(['last\n'])
    expect(client.numbers).toEqual(upTo(client.numbers.length))
  })
}
