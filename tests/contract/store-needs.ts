import { describe, expect, test } from 'vitest'
import type { NeedCondition } from '../../shared/job.ts'
import type { OpenSubject } from './store-contract.ts'
import { endOf, NOW_MS } from './store-subject.ts'

const need = (on: number, condition: NeedCondition) => ({ on, condition })

export function describeNeeds(open: OpenSubject): void {
  describe('needs', () => {
    test('each condition is met or not by the way the needed job ends', async () => {
      const subject = await open()
      for (const [state, expected] of [
        ['succeeded', ['queued', 'skipped', 'queued']],
        ['failed', ['skipped', 'queued', 'queued']],
      ] as const) {
        const x = await subject.submitOne()
        const ids = await subject.submit([
          { needs: [need(x, 'success')] },
          { needs: [need(x, 'failure')] },
          { needs: [need(x, 'always')] },
        ])
        expect(await subject.states(ids)).toEqual(['blocked', 'blocked', 'blocked'])
        const changes = await subject.finish(x, { state })
        expect(await subject.states(ids)).toEqual(expected)
        expect(changes.stale_groups).toEqual([1])
        const skipped = ids[expected.indexOf('skipped')]
        expect(changes.ended).toMatchObject([
          { id: x },
          { id: skipped, state: 'skipped', cause: 'dependency' },
        ])
      }
    })

    test('a job waits for all it needs, and an interrupted one keeps it waiting', async () => {
      const subject = await open()
      const [a, b] = await subject.submit([{}, {}])
      const c = await subject.submitOne({ needs: [a ?? 0, b ?? 0] })
      await subject.finish(a ?? 0)
      expect((await subject.store.query({ type: 'job', job_id: c }))?.job).toMatchObject({ needs_open: 1 })
      await subject.interrupt(b ?? 0)
      expect(await subject.state(c)).toBe('blocked')
      await subject.do({
        type: 'resolve-interrupted',
        selection: { ids: [b ?? 0] },
        decision: 'fail',
        at_ms: NOW_MS + 30,
      })
      expect(await subject.state(c)).toBe('skipped')
    })

    test('needs on jobs that have ended already are settled at the submit', async () => {
      const subject = await open()
      const [good, bad] = await subject.submit([{}, {}])
      await subject.finish(good ?? 0)
      await subject.fail(bad ?? 0)
      const jobs = subject.jobs([
        { needs: [good ?? 0] },
        { needs: [bad ?? 0] },
        { needs: [4] },
        // This one stands before what it needs, and that is skipped.
        { needs: [need(6, 'failure')] },
        { needs: [4711] },
      ])
      const submit = {
        type: 'submit',
        submission_id: 9,
        label: '',
        whole: true,
        at_ms: NOW_MS,
        jobs,
      } as const
      const result = await subject.do({
        ...submit,
        jobs: jobs.map((job) => (job.id === 6 ? { ...job, needs: [need(7, 'failure')] } : job)),
      })
      expect(await subject.states([3, 4, 5, 6, 7])).toEqual([
        'queued',
        'skipped',
        'skipped',
        'queued',
        'skipped',
      ])
      expect(result.not_ready).toEqual([4, 5, 6, 7])
      expect(result.ended.map(({ id }) => id).sort()).toEqual([4, 5, 7])
      expect(result.stale_groups).toEqual([1])
      expect(await subject.counts()).toEqual({ succeeded: 1, failed: 1, queued: 2, skipped: 3 })
    })

    test('a job that must wait for a time or is held, too, moves on to that when its needs are met', async () => {
      const subject = await open()
      const x = await subject.submitOne()
      const ids = await subject.submit([
        { needs: [x], held: true },
        { needs: [x], due_ms: NOW_MS + 500 },
      ])
      await subject.finish(x)
      expect(await subject.states(ids)).toEqual(['held', 'scheduled'])
      const released = await subject.do({ type: 'release', selection: { ids }, at_ms: NOW_MS })
      expect(released).toMatchObject({ count: 1, changed: [{ id: ids[0], state: 'queued' }] })
    })

    test('a held job of which a need cannot be met any more is skipped', async () => {
      const subject = await open()
      const x = await subject.submitOne()
      const id = await subject.submitOne({ needs: [x], held: true })
      await subject.fail(x)
      expect(await subject.state(id)).toBe('skipped')
    })

    test('a chain of 30,000 skipped jobs neither overflows the stack nor takes for ever, and can be restarted', async () => {
      const subject = await open()
      const length = 30_000
      await subject.submit(Array.from({ length }, (_, index) => (index === 0 ? {} : { needs: [index] })))
      const changes = await subject.finish(1, { state: 'failed' })
      expect(changes.ended).toHaveLength(length)
      expect(await subject.counts()).toEqual({ failed: 1, skipped: length - 1 })
      const restarted = await subject.restart([1])
      expect(restarted.count).toBe(1)
      expect(await subject.counts()).toEqual({ queued: 1, blocked: length - 1 })
    }, 60_000)
  })

  describe('restart', () => {
    test('begins anew: tries, times and the end are gone, the attempts stay', async () => {
      const subject = await open()
      const id = await subject.submitOne()
      await subject.fail(id)
      const result = await subject.restart([id], NOW_MS + 60)
      expect(result).toEqual({
        count: 1,
        active: [],
        action_id: null,
        next_after_id: null,
        changed: [{ id, state: 'queued' }],
        ended: [],
        stale_groups: [1],
      })
      const [ready] = await subject.store.query({ type: 'ready', group_id: 1, after: null, limit: 1 })
      expect(ready).toMatchObject({ id, attempts: 1, tries: 0 })
      expect((await subject.store.query({ type: 'job', job_id: id }))?.job).toMatchObject({
        queued_ms: NOW_MS + 60,
      })
      await subject.finish(id)
      const page = await subject.store.query({ type: 'job', job_id: id })
      expect(page?.job).toMatchObject({ state: 'succeeded', attempts: 2, exit_code: 0 })
      expect(page?.attempts.map(({ number }) => number)).toEqual([1, 2])
    })

    test('leaves alone what waits or runs, and takes what was interrupted', async () => {
      const subject = await open()
      const [waiting, running, interrupted] = await subject.submit([{}, {}, {}])
      await subject.start(running ?? 0)
      await subject.interrupt(interrupted ?? 0)
      const result = await subject.do({ type: 'restart', selection: { filter: {} }, at_ms: NOW_MS })
      expect(result).toMatchObject({ count: 1, changed: [{ id: interrupted, state: 'queued' }] })
      expect(await subject.states([waiting ?? 0, running ?? 0])).toEqual(['queued', 'running'])
    })

    test('revives what was skipped because of it, all the way down, but not what another job keeps from running', async () => {
      const subject = await open()
      const [x, y] = await subject.submit([{}, {}])
      const [a, b, c] = await subject.submit([{ needs: [x ?? 0] }, { needs: [3] }, { needs: [3, y ?? 0] }])
      await subject.fail(x ?? 0)
      await subject.fail(y ?? 0)
      const ids = [a ?? 0, b ?? 0, c ?? 0]
      expect(await subject.states(ids)).toEqual(['skipped', 'skipped', 'skipped'])
      const first = await subject.restart([x ?? 0])
      expect(first.count).toBe(1)
      expect(first.changed).toEqual([
        { id: x, state: 'queued' },
        { id: a, state: 'blocked' },
        { id: b, state: 'blocked' },
      ])
      expect(await subject.states(ids)).toEqual(['blocked', 'blocked', 'skipped'])
      await subject.restart([y ?? 0])
      expect(await subject.states(ids)).toEqual(['blocked', 'blocked', 'blocked'])
      await subject.finish(x ?? 0)
      await subject.finish(y ?? 0)
      await subject.finish(a ?? 0)
      expect(await subject.states(ids)).toEqual(['succeeded', 'queued', 'queued'])
    })

    test('of a job whose need still cannot be met does nothing, unless what it needs is restarted with it', async () => {
      const subject = await open()
      const x = await subject.submitOne()
      const [a, b] = await subject.submit([{ needs: [x] }, { needs: [2] }])
      await subject.fail(x)
      const alone = await subject.restart([a ?? 0, b ?? 0])
      expect(alone).toMatchObject({ count: 0, changed: [] })
      const all = await subject.do({ type: 'restart', selection: { filter: {} }, at_ms: NOW_MS })
      expect(all.count).toBe(3)
      expect(await subject.states([x, a ?? 0, b ?? 0])).toEqual(['queued', 'blocked', 'blocked'])
    })

    test('makes a dependent that still waits wait again, but not one that a worker holds', async () => {
      const subject = await open()
      const x = await subject.submitOne()
      const ids = await subject.submit([{ needs: [x] }, { needs: [x] }, { needs: [x], held: true }])
      await subject.finish(x)
      const start = await subject.claim(ids[1] ?? 0)
      const result = await subject.restart([x])
      expect(result.changed).toEqual([
        { id: x, state: 'queued' },
        { id: ids[0], state: 'blocked' },
      ])
      expect(await subject.states(ids)).toEqual(['blocked', 'queued', 'held'])
      expect(await subject.do({ type: 'start', starts: [start] })).toMatchObject({
        changed: [{ id: ids[1] }],
      })
      await subject.finish(x)
      await subject.do({ type: 'release', selection: { ids }, at_ms: NOW_MS })
      expect(await subject.states(ids)).toEqual(['queued', 'running', 'queued'])
    })

    test('of what a job needed makes it wait for that when it comes back from its worker', async () => {
      const subject = await open()
      const x = await subject.submitOne()
      const [given, retried, requeued] = await subject.submit([
        { needs: [x] },
        { needs: [x] },
        { needs: [x] },
      ])
      await subject.finish(x)
      await subject.claim(given ?? 0)
      const start = await subject.start(retried ?? 0)
      await subject.interrupt(requeued ?? 0)
      await subject.restart([x])
      const back = await subject.do({ type: 'unclaim', job_ids: [given ?? 0], at_ms: NOW_MS })
      expect(back).toMatchObject({ changed: [{ id: given, state: 'blocked' }] })
      await subject.do({ type: 'end', ends: [endOf(start, { state: 'retrying', retry_at_ms: NOW_MS })] })
      const selection = { ids: [requeued ?? 0] }
      await subject.do({ type: 'resolve-interrupted', selection, decision: 'requeue', at_ms: NOW_MS })
      const ids = [given ?? 0, retried ?? 0, requeued ?? 0]
      expect(await subject.states(ids)).toEqual(['blocked', 'blocked', 'blocked'])
      expect(await subject.ready()).toEqual([x])
      await subject.finish(x)
      expect(await subject.states(ids)).toEqual(['queued', 'queued', 'queued'])
    })

    test('of what a job needed, which fails this time, skips it when it comes back from its worker', async () => {
      const subject = await open()
      const x = await subject.submitOne()
      const [given, requeued] = await subject.submit([{ needs: [x] }, { needs: [x] }])
      const after = await subject.submitOne({ needs: [given ?? 0] })
      await subject.finish(x)
      await subject.claim(given ?? 0)
      await subject.interrupt(requeued ?? 0)
      await subject.restart([x])
      await subject.fail(x)
      const back = await subject.do({ type: 'unclaim', job_ids: [given ?? 0], at_ms: NOW_MS })
      expect(back.ended).toMatchObject([
        { id: given, state: 'skipped', cause: 'dependency' },
        { id: after, state: 'skipped', cause: 'dependency' },
      ])
      // A person decided about this one: it stays what it was, as with a restart.
      const selection = { ids: [requeued ?? 0] }
      const decision = 'requeue'
      expect(
        await subject.do({ type: 'resolve-interrupted', selection, decision, at_ms: NOW_MS }),
      ).toMatchObject({ count: 0 })
      expect(await subject.states([given ?? 0, after, requeued ?? 0])).toEqual([
        'skipped',
        'skipped',
        'interrupted',
      ])
      expect(await subject.counts()).toEqual({ failed: 1, skipped: 2, interrupted: 1 })
    })

    test('of a job whose needed job was deleted goes by how that had ended', async () => {
      const subject = await open()
      const x = await subject.submitOne()
      const id = await subject.submitOne({ needs: [x] })
      await subject.finish(x)
      await subject.fail(id)
      await subject.do({ type: 'clear', kind: 'clear', selection: { ids: [x] }, at_ms: NOW_MS })
      await subject.do({ type: 'sweep', before_ms: NOW_MS + 1, limit: 10 })
      expect(await subject.restart([id])).toMatchObject({ count: 1, changed: [{ id, state: 'queued' }] })
    })
  })
}
