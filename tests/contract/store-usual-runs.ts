import { describe, expect, test } from 'vitest'
import { endOf, NOW_MS } from './store-subject.ts'
import type { StoreSubject } from './store-subject.ts'
import type { OpenSubject } from './store-contract.ts'

const TIMED = { timed: true, unique: null, hook_if: null, schedule_id: null, recurs: null }

async function ran(
  subject: StoreSubject,
  name: string,
  took_ms: number,
  more: { readonly timed?: boolean; readonly state?: 'succeeded' | 'failed' } = {},
): Promise<void> {
  const { timed = true, state = 'succeeded' } = more
  const id = await subject.submitOne(timed ? { name, extras: TIMED } : { name })
  const start = await subject.claim(id)
  const ended_ms = start.started_ms + took_ms
  await subject.do({ type: 'end', ends: [endOf(start, { state }, { ended_ms })] })
}

/** What jobs of a name usually take. */
export function describeUsualRuns(open: OpenSubject): void {
  describe('the usual run', () => {
    test('is the median of what successful jobs of the name took', async () => {
      const subject = await open()
      const usual = (name: string) => subject.store.query({ type: 'usual-run', name })
      expect(await usual('build')).toBeNull()
      for (const ms of [900, 100, 300]) await ran(subject, 'build', ms)
      await ran(subject, 'build', 1, { state: 'failed' })
      await ran(subject, 'test', 5)
      expect(await usual('build')).toEqual({ median_ms: 300, runs: 3 })
      await ran(subject, 'build', 200)
      expect(await usual('build')).toEqual({ median_ms: 250, runs: 4 })
      expect(await usual('other')).toBeNull()
    })

    test('looks at the latest runs only, however many there were', async () => {
      const subject = await open()
      const ids = await subject.submit(Array.from({ length: 130 }, () => ({ name: 'x', extras: TIMED })))
      for (const [index, id] of ids.entries()) {
        const start = await subject.claim(id)
        const ended_ms = NOW_MS + 1_000_000 * (index + 1)
        const took_ms = index < 70 ? 1 : 500
        const late = { ...start, started_ms: ended_ms - took_ms }
        await subject.do({ type: 'end', ends: [endOf(late, { state: 'succeeded' }, { ended_ms })] })
      }
      expect(await subject.store.query({ type: 'usual-run', name: 'x' })).toEqual({
        median_ms: 500,
        runs: 101,
      })
    })

    test('is that of jobs of the name without a relative timeout while none with one has succeeded', async () => {
      const subject = await open()
      await ran(subject, 'build', 400, { timed: false })
      await ran(subject, 'build', 7, { timed: false, state: 'failed' })
      expect(await subject.store.query({ type: 'usual-run', name: 'build' })).toEqual({
        median_ms: 400,
        runs: 1,
      })
      await ran(subject, 'build', 100)
      expect(await subject.store.query({ type: 'usual-run', name: 'build' })).toEqual({
        median_ms: 100,
        runs: 1,
      })
    })
  })
}
