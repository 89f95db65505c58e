import { describe, expect, test } from 'vitest'
import type { JobFilter } from '../../shared/selection.ts'
import type { ActionResult, JobEdit } from '../../electron/engine/store/store-records.ts'
import type { OpenSubject } from './store-contract.ts'
import { describeClearing } from './store-clearing.ts'
import type { StoreSubject } from './store-subject.ts'
import { NOW_MS, specOf } from './store-subject.ts'

const NOTHING = {
  changed: [],
  ended: [],
  stale_groups: [],
  count: 0,
  active: [],
  action_id: null,
  next_after_id: null,
}

async function prioritiesOf(subject: StoreSubject, ids: readonly number[]): Promise<(number | undefined)[]> {
  const pages = await Promise.all(ids.map((job_id) => subject.store.query({ type: 'job', job_id })))
  return pages.map((page) => page?.job.priority)
}

export function describeActions(open: OpenSubject): void {
  describe('selections', () => {
    test('every part of a filter must match; ids come ascending, page by page', async () => {
      const subject = await open()
      await subject.do({ type: 'set-group', name: 'io' })
      await subject.submit([
        { name: 'Build 100%' },
        { name: 'build_x', group_id: 2 },
        { name: 'test', held: true },
      ])
      await subject.submit([{ name: 'rebuild' }, { name: 'late', due_ms: NOW_MS + 9_000 }])
      await subject.fail(4)
      await subject.finish(1)
      const select = (filter: JobFilter, after_id = 0, limit = 100) =>
        subject.store.query({ type: 'select', selection: { filter }, after_id, limit })
      expect(await select({})).toEqual([1, 2, 3, 4, 5])
      expect(await select({}, 2, 2)).toEqual([3, 4])
      expect(await select({ name: 'BUILD' })).toEqual([1, 2, 4])
      expect(await select({ name: '100%' })).toEqual([1])
      expect(await select({ name: 'd_x' })).toEqual([2])
      expect(await select({ group: 'io' })).toEqual([2])
      expect(await select({ group: 'nowhere' })).toEqual([])
      expect(await select({ submission_id: 2 })).toEqual([4, 5])
      expect(await select({ states: ['failed', 'held', 'queued'] })).toEqual([2, 3, 4])
      expect(await select({ states: ['succeeded', 'failed'] })).toEqual([1, 4])
      expect(await select({ states: ['failed'], ended_before_ms: NOW_MS + 11 })).toEqual([4])
      expect(await select({ ended_before_ms: NOW_MS + 10 })).toEqual([])
      expect(await select({ ended_after_ms: NOW_MS + 10 })).toEqual([1, 4])
      expect(await select({ ended_after_ms: NOW_MS + 10, states: ['failed'] })).toEqual([4])
      expect(await select({ ended_after_ms: NOW_MS + 11 })).toEqual([])
      expect(await select({ exit_code: 1 })).toEqual([4])
      expect(await select({ exit_code: 0, states: ['succeeded', 'failed'] })).toEqual([1])
      expect(await select({ cause: 'exit', group: 'default' })).toEqual([1, 4])
      expect(await select({ cause: 'timeout' })).toEqual([])
      expect(await select({ states: [] })).toEqual([])
      expect(await select({ states: ['failed'], submission_id: 1 })).toEqual([])
      const ids = subject.store.query({
        type: 'select',
        selection: { ids: [5, 99, 1, 5] },
        after_id: 0,
        limit: 9,
      })
      expect(await ids).toEqual([1, 5])
    })
  })

  describe('actions in steps', () => {
    test('reach every job once, whatever the selection, and each step is undone by itself', async () => {
      const subject = await open()
      const wishes = Array.from({ length: 25 }, (_, index) => ({
        held: index % 3 === 0,
        priority: index % 4,
      }))
      await subject.submit(wishes)
      await subject.claim(8)
      const all = wishes.map((_, index) => index + 1)
      for (const selection of [{ filter: {} }, { ids: [...all].reverse() }]) {
        const cancelled: number[] = []
        const active: number[] = []
        const action_ids: (number | null)[] = []
        let after_id: number | null = 0
        while (after_id !== null) {
          const step = { after_id, limit: 4 }
          const result: ActionResult = await subject.do({ type: 'cancel', selection, step, at_ms: NOW_MS })
          cancelled.push(...result.changed.map(({ id }) => id))
          active.push(...result.active)
          action_ids.push(result.action_id)
          after_id = result.next_after_id
        }
        expect(active).toEqual([8])
        expect(cancelled.sort((a, b) => a - b)).toEqual(all.filter((id) => id !== 8))
        expect(action_ids).toHaveLength(7)
        for (const action_id of action_ids) await subject.undo(action_id)
        expect(await subject.counts()).toEqual({ held: 9, queued: 16 })
      }
    })
  })

  test('an action honours the exit code, the cause and the time of a filter', async () => {
    const subject = await open()
    const [failed, timed_out, succeeded, late] = await subject.submit([{}, {}, {}, {}])
    await subject.finish(failed ?? 0, { state: 'failed' }, { exit_code: 3 })
    await subject.finish(timed_out ?? 0, { state: 'failed' }, { exit_code: null, cause: 'timeout' })
    await subject.finish(succeeded ?? 0)
    await subject.finish(late ?? 0, { state: 'failed' }, { exit_code: 3, ended_ms: NOW_MS + 900 })
    const restart = async (filter: JobFilter): Promise<number[]> => {
      const result = await subject.do({ type: 'restart', selection: { filter }, at_ms: NOW_MS + 950 })
      return result.changed.map(({ id }) => id)
    }
    expect(await restart({ exit_code: 3, ended_after_ms: NOW_MS + 100 })).toEqual([late])
    expect(await restart({ cause: 'timeout' })).toEqual([timed_out])
    expect(await restart({ exit_code: 3 })).toEqual([failed])
    expect(await restart({ exit_code: 3 })).toEqual([])
  })

  describe('cancel', () => {
    test('ends what waits, skips what depends on it and names what is leased or active', async () => {
      const subject = await open()
      const [queued, held, leased, running, done] = await subject.submit([{}, { held: true }, {}, {}, {}])
      const dependent = await subject.submitOne({ needs: [queued ?? 0] })
      await subject.claim(leased ?? 0)
      await subject.start(running ?? 0)
      await subject.finish(done ?? 0)
      const ids = [queued ?? 0, held ?? 0, leased ?? 0, running ?? 0, done ?? 0, 99]
      const result = await subject.cancel(ids, NOW_MS + 50)
      expect(result).toMatchObject({ count: 2, active: [leased, running], stale_groups: [1] })
      expect(result.action_id).toBeTypeOf('number')
      expect(result.changed).toEqual([
        { id: queued, state: 'cancelled' },
        { id: held, state: 'cancelled' },
        { id: dependent, state: 'skipped' },
      ])
      const ended = { exit_code: null, attempts: 0, started_ms: null, ended_ms: NOW_MS + 50, result: null }
      expect(result.ended).toMatchObject([
        { id: queued, cause: 'user', ...ended },
        { id: held, cause: 'user', ...ended },
        { id: dependent, cause: 'dependency', ...ended },
      ])
      expect(await subject.counts()).toEqual({
        cancelled: 2,
        skipped: 1,
        queued: 1,
        running: 1,
        succeeded: 1,
      })
      expect(await subject.cancel(ids)).toMatchObject({ count: 0, action_id: null, changed: [] })
    })

    test('by a filter reaches all that match', async () => {
      const subject = await open()
      await subject.submit([{ name: 'a1' }, { name: 'b1' }, { name: 'a2', held: true }])
      const result = await subject.do({ type: 'cancel', selection: { filter: { name: 'a' } }, at_ms: NOW_MS })
      expect(result.changed).toEqual([
        { id: 1, state: 'cancelled' },
        { id: 3, state: 'cancelled' },
      ])
    })

    test('is undone: each job is back where it was, and so is what depends on it', async () => {
      const subject = await open()
      const [queued, held, later, interrupted] = await subject.submit([
        {},
        { held: true },
        { due_ms: NOW_MS + 5_000 },
        {},
      ])
      const ids = [queued ?? 0, held ?? 0, later ?? 0, interrupted ?? 0]
      await subject.interrupt(interrupted ?? 0)
      const needs = [{ on: queued ?? 0, condition: 'failure' } as const]
      const [onSuccess, onFailure] = await subject.submit([{ needs: [queued ?? 0] }, { needs }])
      const dependents = [onSuccess ?? 0, onFailure ?? 0]
      const { action_id } = await subject.cancel(ids)
      expect(await subject.states(dependents)).toEqual(['skipped', 'queued'])
      const undone = await subject.undo(action_id)
      expect(undone).toMatchObject({ count: 3, stale_groups: [1] })
      expect(await subject.states(ids)).toEqual(['queued', 'held', 'scheduled', 'cancelled'])
      expect(await subject.states(dependents)).toEqual(['blocked', 'blocked'])
      expect(await subject.store.query({ type: 'next-due' })).toBe(NOW_MS + 5_000)
      expect(await subject.undo(action_id)).toEqual(NOTHING)
    })

    test('is undone only for jobs that nothing was done to since', async () => {
      const subject = await open()
      const ids = await subject.submit([{}, {}, {}])
      const first = await subject.cancel(ids)
      await subject.restart([ids[0] ?? 0])
      const second = await subject.cancel([ids[0] ?? 0])
      await subject.do({ type: 'clear', kind: 'clear', selection: { ids: [ids[1] ?? 0] }, at_ms: NOW_MS })
      expect(await subject.undo(first.action_id)).toMatchObject({
        count: 1,
        changed: [{ id: ids[2], state: 'queued' }],
      })
      expect(await subject.undo(second.action_id)).toMatchObject({ count: 1, changed: [{ id: ids[0] }] })
    })

    test('an undo of something unknown or too long ago does nothing', async () => {
      const subject = await open()
      const id = await subject.submitOne()
      expect(await subject.undo(12)).toEqual(NOTHING)
      const { action_id } = await subject.cancel([id], NOW_MS)
      await subject.do({ type: 'sweep', before_ms: NOW_MS + 1, limit: 10 })
      expect(await subject.undo(action_id)).toEqual(NOTHING)
      expect(await subject.state(id)).toBe('cancelled')
    })
  })

  describe('hold and release', () => {
    test('hold what waits and let it go to the state that applies', async () => {
      const subject = await open()
      const [queued, later, leased, held] = await subject.submit([
        {},
        { due_ms: NOW_MS + 9 },
        {},
        { held: true },
      ])
      const blocked = await subject.submitOne({ needs: [queued ?? 0] })
      await subject.claim(leased ?? 0)
      const ids = [queued ?? 0, later ?? 0, leased ?? 0, held ?? 0, blocked]
      const result = await subject.do({ type: 'hold', selection: { ids }, at_ms: NOW_MS })
      expect(result).toMatchObject({ count: 3, active: [leased], stale_groups: [1], action_id: null })
      expect(result.changed.map(({ id }) => id)).toEqual([queued, later, blocked])
      expect(await subject.ready()).toEqual([])
      expect(await subject.store.query({ type: 'next-due' })).toBeNull()
      const released = await subject.do({ type: 'release', selection: { filter: {} }, at_ms: NOW_MS })
      expect(released).toMatchObject({ count: 4, stale_groups: [1] })
      expect(await subject.states(ids)).toEqual(['queued', 'scheduled', 'queued', 'queued', 'blocked'])
      expect(await subject.store.query({ type: 'next-due' })).toBe(NOW_MS + 9)
      expect(await subject.counts()).toEqual({ queued: 3, scheduled: 1, blocked: 1 })
    })
  })

  describe('edit', () => {
    test('replaces spec, group and priority of waiting jobs', async () => {
      const subject = await open()
      await subject.do({ type: 'set-group', name: 'io' })
      const [a, leased] = await subject.submit([{}, {}])
      await subject.claim(leased ?? 0)
      const spec = specOf('new', { slots: 3 })
      const result = await subject.do({
        type: 'edit',
        selection: { ids: [a ?? 0, leased ?? 0] },
        edit: { spec, group_id: 2, priority: 4 },
        at_ms: NOW_MS,
      })
      expect(result).toMatchObject({ count: 1, active: [leased], changed: [] })
      expect([...result.stale_groups].sort()).toEqual([1, 2])
      const page = await subject.store.query({ type: 'job', job_id: a ?? 0 })
      expect(page).toMatchObject({
        job: { name: 'new', group: 'io', priority: 4, slots: 3, state: 'queued' },
        spec,
      })
      expect(await subject.ready(2)).toEqual([a])
      expect(await subject.store.query({ type: 'counters' })).toEqual([
        { group_id: 1, state: 'queued', count: 1 },
        { group_id: 2, state: 'queued', count: 1 },
      ])
    })

    test('raises and lowers priorities by as much as is asked, and undo brings each back', async () => {
      const subject = await open()
      const ids = await subject.submit([{ priority: 3 }, {}, {}])
      const [a = 0, b = 0, c = 0] = ids
      const edit = (selection: number[], change: JobEdit): Promise<ActionResult> =>
        subject.do({ type: 'edit', selection: { ids: selection }, edit: change, at_ms: NOW_MS })
      const raised = await edit([a, b], { priority_by: 2 })
      expect(raised).toMatchObject({ count: 2, stale_groups: [1] })
      expect(await prioritiesOf(subject, ids)).toEqual([5, 2, 0])
      const set = await edit([b, c], { priority: -4 })
      expect(await prioritiesOf(subject, ids)).toEqual([5, -4, -4])
      expect(await subject.ready(1)).toEqual([a, b, c])
      await subject.do({ type: 'undo', action_id: set.action_id ?? 0, at_ms: NOW_MS })
      expect(await prioritiesOf(subject, ids)).toEqual([5, 2, 0])
      // The latest that was done to job b has been taken back: what was before it stays.
      const back = await subject.do({ type: 'undo', action_id: raised.action_id ?? 0, at_ms: NOW_MS })
      expect(back.count).toBe(1)
      expect(await prioritiesOf(subject, ids)).toEqual([3, 2, 0])
    })

    test('never makes a priority larger than can be counted with', async () => {
      const subject = await open()
      const [a = 0] = await subject.submit([{ priority: Number.MAX_SAFE_INTEGER - 1 }])
      await subject.do({ type: 'edit', selection: { ids: [a] }, edit: { priority_by: 5 }, at_ms: NOW_MS })
      expect(await prioritiesOf(subject, [a])).toEqual([Number.MAX_SAFE_INTEGER])
    })
  })

  describeClearing(open)
}
