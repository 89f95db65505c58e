import { describe, expect, test } from 'vitest'
import type { ActionResult, MoveTarget } from '../../electron/engine/store/store-records.ts'
import type { OpenSubject } from './store-contract.ts'
import type { StoreSubject } from './store-subject.ts'
import { NOW_MS } from './store-subject.ts'

function move(subject: StoreSubject, ids: readonly number[], target: MoveTarget): Promise<ActionResult> {
  return subject.do({ type: 'move', selection: { ids: [...ids] }, target, at_ms: NOW_MS })
}

export function describeMoves(open: OpenSubject): void {
  describe('move', () => {
    test('before and after a job: the moved keep their order and take its priority', async () => {
      const subject = await open()
      await subject.submit([{}, {}, {}, {}, { priority: 5 }, { priority: 5 }])
      expect(await subject.ready()).toEqual([5, 6, 1, 2, 3, 4])
      const result = await move(subject, [4, 3], { to: 'before', job_id: 2 })
      expect(result).toMatchObject({ count: 2, active: [], changed: [], ended: [], stale_groups: [1] })
      expect(await subject.ready()).toEqual([5, 6, 1, 3, 4, 2])
      await move(subject, [1, 6], { to: 'after', job_id: 2 })
      expect(await subject.ready()).toEqual([5, 3, 4, 2, 6, 1])
      await move(subject, [2], { to: 'after', job_id: 5 })
      expect(await subject.ready()).toEqual([5, 2, 3, 4, 6, 1])
      expect((await subject.store.query({ type: 'job', job_id: 2 }))?.job.priority).toBe(5)
    })

    test('to the top and to the bottom of their group; jobs that come later stand behind', async () => {
      const subject = await open()
      await subject.do({ type: 'set-group', name: 'io' })
      await subject.submit([{}, {}, { priority: 5 }, { group_id: 2 }, { group_id: 2 }, {}])
      await move(subject, [2, 6, 5], { to: 'top' })
      expect(await subject.ready(1)).toEqual([2, 6, 3, 1])
      expect(await subject.ready(2)).toEqual([5, 4])
      await move(subject, [3, 2], { to: 'bottom' })
      expect(await subject.ready(1)).toEqual([6, 1, 2, 3])
      await subject.submitOne()
      expect(await subject.ready(1)).toEqual([6, 1, 2, 3, 7])
    })

    test('of every ready job of a group keeps the order they have', async () => {
      const subject = await open()
      const ids = await subject.submit([{}, {}, {}])
      for (const to of ['top', 'bottom', 'top'] as const) {
        expect(await move(subject, ids, { to })).toMatchObject({ count: 3 })
        expect(await subject.ready()).toEqual(ids)
      }
    })

    test('a thousand times into the same gap keeps everything in order', async () => {
      const subject = await open()
      await subject.submit(Array.from({ length: 60 }, () => ({})))
      const order = await subject.ready()
      for (let step = 0; step < 1_000; step += 1) {
        // The last but one goes before the last but two places, always into the gap that was just halved.
        const id = order.splice(40, 1)[0] ?? 0
        const target = order[20] ?? 0
        order.splice(20, 0, id)
        await move(subject, [id], { to: 'before', job_id: target })
      }
      expect(await subject.ready()).toEqual(order)
      await subject.submitOne()
      expect(await subject.ready()).toEqual([...order, 61])
    }, 60_000)

    test('again and again to the bottom keeps everything before the jobs to come', async () => {
      const subject = await open()
      await subject.submit([{}, { held: true }, {}, {}])
      let order = [1, 3, 4]
      for (let step = 0; step < 100; step += 1) {
        const id = order[0] ?? 0
        order = [...order.slice(1), id]
        await move(subject, [id], { to: 'bottom' })
      }
      const late = await subject.submitOne()
      expect(await subject.ready()).toEqual([...order, late])
    })

    test('a held job keeps its place among those around it', async () => {
      const subject = await open()
      await subject.submit([{}, { held: true }, {}, {}])
      await move(subject, [4], { to: 'before', job_id: 2 })
      await move(subject, [3], { to: 'after', job_id: 2 })
      await subject.do({ type: 'release', selection: { ids: [2] }, at_ms: NOW_MS })
      expect(await subject.ready()).toEqual([1, 4, 2, 3])
    })

    test('leaves alone what is leased, what is in another group and where the target does not wait', async () => {
      const subject = await open()
      await subject.do({ type: 'set-group', name: 'io' })
      await subject.submit([{}, {}, {}, { group_id: 2 }])
      await subject.claim(3)
      const result = await move(subject, [2, 3, 4], { to: 'before', job_id: 1 })
      expect(result).toMatchObject({ count: 1, active: [3] })
      await subject.finish(1)
      const none = { count: 0, action_id: null, stale_groups: [] }
      expect(await move(subject, [2], { to: 'before', job_id: 1 })).toMatchObject(none)
      expect(await move(subject, [2], { to: 'before', job_id: 77 })).toMatchObject(none)
    })

    test('is undone for those that still wait and were not moved or changed again', async () => {
      const subject = await open()
      await subject.submit([{}, {}, {}, {}, { priority: 3 }])
      const before = await subject.ready()
      const first = await move(subject, [4, 3], { to: 'top' })
      expect(await subject.ready()).toEqual([3, 4, 5, 1, 2])
      expect(await subject.undo(first.action_id)).toMatchObject({ count: 2, stale_groups: [1] })
      expect(await subject.ready()).toEqual(before)
      const second = await move(subject, [1, 2, 3], { to: 'top' })
      await move(subject, [1], { to: 'bottom' })
      await subject.finish(2)
      expect(await subject.undo(second.action_id)).toMatchObject({ count: 1 })
      expect(await subject.ready()).toEqual([5, 3, 4, 1])
    })
  })
}
