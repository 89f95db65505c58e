import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempDir } from '../fakes/temp-dir.ts'
import type { OpenSubject } from './store-contract.ts'
import { NOW_MS } from './store-subject.ts'

export function describeClearing(open: OpenSubject): void {
  describe('clear, prune and sweep', () => {
    test('clear hides what has ended, and only that, until it is undone', async () => {
      const subject = await open()
      const [done, failed, waiting, interrupted] = await subject.submit([{}, {}, {}, {}])
      await subject.finish(done ?? 0)
      await subject.fail(failed ?? 0)
      await subject.interrupt(interrupted ?? 0)
      const result = await subject.do({
        type: 'clear',
        kind: 'clear',
        selection: { filter: {} },
        at_ms: NOW_MS,
      })
      expect(result).toMatchObject({ count: 2, changed: [], ended: [], active: [] })
      expect(await subject.states([done ?? 0, failed ?? 0])).toEqual([null, null])
      expect(await subject.counts()).toEqual({ queued: 1, interrupted: 1 })
      const all = { type: 'select', selection: { filter: {} }, after_id: 0, limit: 9 } as const
      expect(await subject.store.query(all)).toEqual([waiting, interrupted])
      expect(await subject.restart([done ?? 0])).toMatchObject({ count: 0 })
      expect(await subject.undo(result.action_id)).toMatchObject({ count: 2 })
      expect(await subject.states([done ?? 0, failed ?? 0])).toEqual(['succeeded', 'failed'])
      expect(await subject.counts()).toEqual({ queued: 1, interrupted: 1, succeeded: 1, failed: 1 })
    })

    test('sweep deletes in steps what was cleared long enough ago, and names the attempts whose logs may go', async () => {
      const subject = await open()
      const ids = await subject.submit([{}, {}, {}, {}])
      for (const id of ids) await subject.finish(id)
      const old = ids.slice(0, 3)
      const prune = { type: 'clear', kind: 'prune' } as const
      const { action_id } = await subject.do({ ...prune, selection: { ids: old }, at_ms: NOW_MS })
      await subject.do({ ...prune, selection: { ids: ids.slice(3) }, at_ms: NOW_MS + 100 })
      const sweep = { type: 'sweep', before_ms: NOW_MS + 100, limit: 2 } as const
      expect(await subject.do(sweep)).toEqual({ attempt_ids: [1, 2], more: true })
      // Half of it is gone: too late to undo it.
      expect(await subject.undo(action_id)).toMatchObject({ count: 0 })
      expect(await subject.do(sweep)).toEqual({ attempt_ids: [3], more: false })
      expect(await subject.do(sweep)).toEqual({ attempt_ids: [], more: false })
      expect(await subject.do({ ...sweep, before_ms: NOW_MS + 101 })).toEqual({
        attempt_ids: [4],
        more: false,
      })
    })

    test('ids of jobs that were deleted are not used again, also not after a crash', async () => {
      const file = join(tempDir(), 'jobs.db')
      const subject = await open(file)
      const ids = await subject.submit([{}, {}, {}])
      const rest = await subject.submit([{}])
      for (const id of ids) await subject.finish(id)
      expect(await subject.store.query({ type: 'next-ids' })).toEqual({ job: 5, submission: 3 })
      await subject.do({ type: 'clear', kind: 'prune', selection: { ids }, at_ms: NOW_MS })
      await subject.do({ type: 'sweep', before_ms: NOW_MS + 1, limit: 10 })
      expect(await subject.store.query({ type: 'next-ids' })).toEqual({ job: 5, submission: 3 })
      for (const id of rest) await subject.finish(id)
      await subject.do({ type: 'clear', kind: 'prune', selection: { ids: rest }, at_ms: NOW_MS + 1 })
      // In steps: the last of them deletes lower ids than the first.
      while ((await subject.do({ type: 'sweep', before_ms: NOW_MS + 2, limit: 1 })).more);
      expect(
        await subject.store.query({ type: 'select', selection: { filter: {} }, after_id: 0, limit: 9 }),
      ).toEqual([])
      // The first store was never closed: this is what the next owner finds when it was killed.
      const next = await open(file)
      expect(await next.store.query({ type: 'next-ids' })).toEqual({ job: 5, submission: 3 })
    })

    test('prune by age takes only what ended before that time', async () => {
      const subject = await open()
      const [a, b] = await subject.submit([{}, {}])
      await subject.finish(a ?? 0, { state: 'succeeded' }, { ended_ms: NOW_MS + 10 })
      await subject.finish(b ?? 0, { state: 'succeeded' }, { ended_ms: NOW_MS + 500 })
      const filter = { states: ['succeeded' as const], ended_before_ms: NOW_MS + 500 }
      const result = await subject.do({
        type: 'clear',
        kind: 'prune',
        selection: { filter },
        at_ms: NOW_MS + 900,
      })
      expect(result.count).toBe(1)
      expect(await subject.states([a ?? 0, b ?? 0])).toEqual([null, 'succeeded'])
    })
  })
}
