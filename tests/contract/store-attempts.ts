import { describe, expect, test } from 'vitest'
import type { OpenSubject } from './store-contract.ts'
import { endOf, NOW_MS } from './store-subject.ts'

export function describeAttempts(open: OpenSubject): void {
  describe('claims', () => {
    test('a job is leased once, stays queued and is not offered again until it is given back', async () => {
      const subject = await open()
      const [a, b] = await subject.submit([{}, { held: true }])
      const claim = (job_id = 0, attempt_id = 1) => ({ job_id, attempt_id, worker_id: 1, at_ms: NOW_MS })
      const claims = [claim(a, 1), claim(a, 2), claim(b, 3), claim(99, 4)]
      expect(await subject.do({ type: 'claim', claims })).toEqual([true, false, false, false])
      expect(await subject.state(a ?? 0)).toBe('queued')
      expect(await subject.ready()).toEqual([])
      const given = await subject.do({ type: 'unclaim', job_ids: [a ?? 0, b ?? 0, 99], at_ms: NOW_MS })
      expect(given).toEqual({ changed: [], ended: [], stale_groups: [1] })
      expect(await subject.ready()).toEqual([a])
      expect(await subject.do({ type: 'claim', claims: [claim(a, 5)] })).toEqual([true])
    })

    test('leases left behind say what is known of their attempt', async () => {
      const subject = await open()
      const [a, b] = await subject.submit([{}, {}])
      const stored = await subject.start(a ?? 0)
      const claimed = await subject.claim(b ?? 0)
      const leases = await subject.store.query({ type: 'leases' })
      expect(leases).toMatchObject([
        { job_id: a, attempt_id: stored.attempt_id, number: 1, tries: 1, stored_start: stored },
        {
          job_id: b,
          attempt_id: claimed.attempt_id,
          number: 1,
          tries: 0,
          stored_start: null,
          claimed_ms: NOW_MS,
        },
      ])
    })
  })

  describe('attempts', () => {
    test('a job that started and ended has an attempt with everything in it', async () => {
      const subject = await open()
      const id = await subject.submitOne({ name: 'a' })
      const start = await subject.claim(id)
      const started = await subject.do({ type: 'start', starts: [start] })
      expect(started).toEqual({ changed: [{ id, state: 'running' }], ended: [], stale_groups: [] })
      const log = { stdout_bytes: 10, stderr_bytes: 20, cut_bytes: 5 }
      const end = endOf(
        start,
        { state: 'failed' },
        { started_stored: true, signal: 'SIGKILL', cause: 'signal', log },
      )
      const changes = await subject.do({ type: 'end', ends: [end] })
      expect(changes.changed).toEqual([{ id, state: 'failed' }])
      expect(changes.ended).toEqual([
        {
          id,
          submission_id: 1,
          name: 'a',
          state: 'failed',
          cause: 'signal',
          exit_code: 1,
          attempts: 1,
          queued_ms: NOW_MS,
          started_ms: NOW_MS + 5,
          ended_ms: NOW_MS + 10,
          result: null,
        },
      ])
      const page = await subject.store.query({ type: 'job', job_id: id })
      expect(page?.job).toMatchObject({ state: 'failed', cause: 'signal', exit_code: 1, attempts: 1 })
      expect(page?.attempts).toEqual([
        {
          id: start.attempt_id,
          job_id: id,
          number: 1,
          pid: 42,
          started_ms: NOW_MS + 5,
          ended_ms: NOW_MS + 10,
          cause: 'signal',
          exit_code: 1,
          signal: 'SIGKILL',
          error: 'it failed',
          result: null,
          log,
        },
      ])
      expect(await subject.store.query({ type: 'leases' })).toEqual([])
    })

    test('a short job whose start was not stored ends the same way', async () => {
      const subject = await open()
      const id = await subject.submitOne()
      const changes = await subject.finish(id)
      expect(changes.ended).toMatchObject([{ id, state: 'succeeded', attempts: 1, result: '"done"' }])
      const page = await subject.store.query({ type: 'job', job_id: id })
      expect(page?.job).toMatchObject({ state: 'succeeded', started_ms: NOW_MS + 5, attempts: 1 })
      expect(page?.attempts).toMatchObject([{ number: 1, result: '"done"', log: null }])
      expect(await subject.counts()).toEqual({ succeeded: 1 })
    })

    test('an attempt starts and ends once: whatever has no lease is refused', async () => {
      const subject = await open()
      const id = await subject.submitOne()
      const start = await subject.claim(id)
      const stranger = { ...start, attempt_id: 999 }
      const refused = { changed: [], ended: [], stale_groups: [] }
      expect(await subject.do({ type: 'start', starts: [stranger] })).toEqual(refused)
      expect(await subject.do({ type: 'end', ends: [endOf(stranger, { state: 'succeeded' })] })).toEqual(
        refused,
      )
      await subject.do({ type: 'start', starts: [start] })
      expect(await subject.do({ type: 'start', starts: [start] })).toEqual(refused)
      expect(await subject.do({ type: 'unclaim', job_ids: [id], at_ms: NOW_MS })).toEqual(refused)
      const end = endOf(start, { state: 'succeeded' }, { started_stored: true })
      await subject.do({ type: 'end', ends: [end] })
      expect(await subject.do({ type: 'end', ends: [end] })).toEqual(refused)
      expect(await subject.counts()).toEqual({ succeeded: 1 })
      const page = await subject.store.query({ type: 'job', job_id: id })
      expect(page?.attempts).toHaveLength(1)
    })

    test('a job that is retried waits for its time and is then queued; each start counts', async () => {
      const subject = await open()
      const id = await subject.submitOne()
      const retry_at_ms = NOW_MS + 500
      const retried = await subject.finish(id, { state: 'retrying', retry_at_ms })
      expect(retried).toEqual({ changed: [{ id, state: 'retrying' }], ended: [], stale_groups: [] })
      expect((await subject.store.query({ type: 'job', job_id: id }))?.job).toMatchObject({
        due_ms: retry_at_ms,
      })
      expect(await subject.store.query({ type: 'next-due' })).toBe(retry_at_ms)
      expect(await subject.do({ type: 'promote-due', now_ms: retry_at_ms - 1, limit: 5 })).toMatchObject({
        count: 0,
      })
      const due = await subject.do({ type: 'promote-due', now_ms: retry_at_ms, limit: 5 })
      expect(due).toEqual({ changed: [{ id, state: 'queued' }], ended: [], stale_groups: [1], count: 1 })
      const [ready] = await subject.store.query({ type: 'ready', group_id: 1, after: null, limit: 5 })
      expect(ready).toMatchObject({ id, attempts: 1, tries: 1 })
      await subject.start(id)
      expect(await subject.store.query({ type: 'leases' })).toMatchObject([{ tries: 2, number: 2 }])
    })

    test('due jobs are promoted at most so many at a time, earliest first', async () => {
      const subject = await open()
      const due = [30, 10, 20].map((more) => ({ due_ms: NOW_MS + more }))
      await subject.submit(due)
      const first = await subject.do({ type: 'promote-due', now_ms: NOW_MS + 100, limit: 2 })
      expect(first.changed).toEqual([
        { id: 2, state: 'queued' },
        { id: 3, state: 'queued' },
      ])
      expect(first.count).toBe(2)
      expect(await subject.do({ type: 'promote-due', now_ms: NOW_MS + 100, limit: 2 })).toMatchObject({
        count: 1,
      })
    })

    test('a requeued job is ready at once, and tells so', async () => {
      const subject = await open()
      const id = await subject.submitOne()
      const changes = await subject.finish(id, { state: 'requeue' }, { cause: 'worker-lost' })
      expect(changes).toEqual({ changed: [{ id, state: 'queued' }], ended: [], stale_groups: [1] })
      expect(await subject.ready()).toEqual([id])
    })

    test('an active job is suspended, resumed and stopped; what the table forbids is refused', async () => {
      const subject = await open()
      const id = await subject.submitOne()
      const active = (state: 'running' | 'suspended' | 'stopping') =>
        subject.do({
          type: 'set-active',
          job_id: id,
          state,
          stop_reason: state === 'stopping' ? 'timeout' : null,
        })
      const refused = { changed: [], ended: [], stale_groups: [] }
      expect(await active('suspended')).toEqual(refused)
      const start = await subject.start(id)
      expect(await active('running')).toEqual(refused)
      expect(await active('suspended')).toMatchObject({ changed: [{ id, state: 'suspended' }] })
      expect(await active('running')).toMatchObject({ changed: [{ id, state: 'running' }] })
      expect(await active('stopping')).toMatchObject({ changed: [{ id, state: 'stopping' }] })
      expect(await active('suspended')).toEqual(refused)
      const page = await subject.store.query({ type: 'job', job_id: id })
      expect(page?.job).toMatchObject({ state: 'stopping', stop_reason: 'timeout', started_ms: NOW_MS + 5 })
      const end = endOf(
        start,
        { state: 'failed' },
        { started_stored: true, cause: 'timeout', exit_code: null },
      )
      expect(await subject.do({ type: 'end', ends: [end] })).toMatchObject({
        changed: [{ id, state: 'failed' }],
      })
      expect(await active('running')).toEqual(refused)
    })

    test('an interrupted job rests with its cause until a person decides', async () => {
      const subject = await open()
      const [a, b, c] = await subject.submit([{}, {}, {}])
      const ids = [a ?? 0, b ?? 0, c ?? 0]
      for (const id of ids) await subject.interrupt(id)
      expect((await subject.store.query({ type: 'job', job_id: ids[0] ?? 0 }))?.job).toMatchObject({
        state: 'interrupted',
        cause: 'app-crash',
        ended_ms: NOW_MS + 20,
      })
      const resolve = (id: number | undefined, decision: 'requeue' | 'fail') =>
        subject.do({
          type: 'resolve-interrupted',
          selection: { ids: [id ?? 0] },
          decision,
          at_ms: NOW_MS + 90,
        })
      const requeued = await resolve(a, 'requeue')
      expect(requeued).toMatchObject({
        count: 1,
        changed: [{ id: a, state: 'queued' }],
        stale_groups: [1],
        ended: [],
      })
      const failed = await resolve(b, 'fail')
      expect(failed.ended).toMatchObject([
        { id: b, state: 'failed', cause: 'app-crash', ended_ms: NOW_MS + 20 },
      ])
      expect(await resolve(b, 'requeue')).toMatchObject({ count: 0, changed: [] })
      const cancelled = await subject.cancel(ids)
      expect(cancelled.ended).toMatchObject([
        { id: a, state: 'cancelled', cause: 'user' },
        { id: c, state: 'cancelled', cause: 'user' },
      ])
      expect(await subject.counts()).toEqual({ cancelled: 2, failed: 1 })
    })
  })
}
