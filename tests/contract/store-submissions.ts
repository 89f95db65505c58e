import { describe, expect, test } from 'vitest'
import type { OpenSubject } from './store-contract.ts'
import type { StoreSubject } from './store-subject.ts'
import { NOW_MS, specOf } from './store-subject.ts'

const LATER_MS = NOW_MS + 60_000

export function describeSubmissions(open: OpenSubject): void {
  describe('submit', () => {
    test('jobs stand in the first waiting state that applies, and those that are not ready are named', async () => {
      const subject = await open()
      const jobs = subject.jobs([
        {},
        { held: true, due_ms: LATER_MS },
        { due_ms: LATER_MS },
        { due_ms: NOW_MS },
        { needs: [1] },
        { needs: [1], held: true },
      ])
      const result = await subject.do({
        type: 'submit',
        submission_id: 1,
        label: 'six',
        whole: true,
        at_ms: NOW_MS,
        jobs,
      })
      expect(result).toEqual({
        changed: [],
        ended: [],
        stale_groups: [],
        not_ready: [2, 3, 5, 6],
        duplicates: [],
      })
      expect(await subject.states([1, 2, 3, 4, 5, 6])).toEqual([
        'queued',
        'held',
        'scheduled',
        'queued',
        'blocked',
        'held',
      ])
      expect(await subject.counts()).toEqual({ queued: 2, held: 2, scheduled: 1, blocked: 1 })
      const states = await subject.store.query({ type: 'submission-states', submission_id: 1 })
      expect(states).toContainEqual({ state: 'held', count: 2 })
    })

    test('the job page tells what was submitted', async () => {
      const subject = await open()
      const spec = specOf('build', { priority: 5, env: { A: 'ü\u0000' } })
      const id = await subject.submitOne({ name: 'build', priority: 5, spec_json: JSON.stringify(spec) })
      const page = await subject.store.query({ type: 'job', job_id: id })
      expect(page).toEqual({
        job: {
          id,
          submission_id: 1,
          name: 'build',
          kind: 'command',
          group: 'default',
          priority: 5,
          position: id,
          slots: 1,
          attempts: 0,
          queued_ms: NOW_MS,
          state: 'queued',
        },
        spec,
        attempts: [],
      })
      expect(await subject.store.query({ type: 'job', job_id: 99 })).toBeNull()
    })

    test('a stored spec that does not parse is DATA_CORRUPT, and says of which job', async () => {
      const subject = await open()
      const id = await subject.submitOne({ spec_json: '{"name": 3}' })
      const page = subject.store.query({ type: 'job', job_id: id })
      await expect(page).rejects.toMatchObject({ code: 'DATA_CORRUPT', details: { job_id: id } })
    })

    test('ready jobs come by priority, then first come first served, and a key goes on behind a job', async () => {
      const subject = await open()
      await subject.do({ type: 'set-group', name: 'other' })
      await subject.submit([
        { priority: -1 },
        {},
        { priority: 7 },
        {},
        { group_id: 2, priority: 9 },
        { priority: 7 },
      ])
      expect(await subject.ready()).toEqual([3, 6, 2, 4, 1])
      expect(await subject.ready(2)).toEqual([5])
      expect(await subject.ready(1, { priority: 7, position: 3, id: 3 }, 3)).toEqual([6, 2, 4])
      expect(await subject.ready(1, { priority: 0, position: 4, id: 4 })).toEqual([1])
      expect(await subject.ready(1, null, 2)).toEqual([3, 6])
      expect(await subject.ready(1, { priority: -1, position: 1, id: 1 })).toEqual([])
    })
  })

  describe('a submission of several chunks', () => {
    async function openWithTwoChunks(): Promise<StoreSubject> {
      const subject = await open()
      await subject.do({ type: 'open-submission', submission_id: 50, label: 'big', at_ms: NOW_MS })
      const chunk = { type: 'submit', submission_id: 50, label: 'big', whole: false, at_ms: NOW_MS } as const
      await subject.do({ ...chunk, jobs: subject.jobs([{}, { due_ms: LATER_MS }]) })
      await subject.do({ ...chunk, jobs: subject.jobs([{ held: true }, {}]) })
      return subject
    }

    test('is invisible and does not run before it is complete', async () => {
      const subject = await openWithTwoChunks()
      expect(await subject.states([1, 2, 3, 4])).toEqual([null, null, null, null])
      expect(await subject.counts()).toEqual({})
      expect(await subject.ready()).toEqual([])
      expect(
        await subject.do({ type: 'claim', claims: [{ job_id: 1, attempt_id: 1, worker_id: 1, at_ms: 1 }] }),
      ).toEqual([false])
      expect(
        await subject.store.query({ type: 'select', selection: { filter: {} }, after_id: 0, limit: 9 }),
      ).toEqual([])
      expect(await subject.cancel([1, 2])).toMatchObject({ count: 0, active: [] })
      expect(await subject.do({ type: 'cancel', selection: { filter: {} }, at_ms: NOW_MS })).toMatchObject({
        count: 0,
      })
      expect(await subject.store.query({ type: 'open-submissions' })).toEqual([50])
    })

    test('becomes ready as a whole when it is complete', async () => {
      const subject = await openWithTwoChunks()
      const changes = await subject.do({ type: 'complete-submission', submission_id: 50 })
      expect(changes).toEqual({ changed: [], ended: [], stale_groups: [1] })
      expect(await subject.states([1, 2, 3, 4])).toEqual(['queued', 'scheduled', 'held', 'queued'])
      expect(await subject.counts()).toEqual({ queued: 2, scheduled: 1, held: 1 })
      expect(await subject.ready()).toEqual([1, 4])
      expect(await subject.store.query({ type: 'open-submissions' })).toEqual([])
    })

    test('what falls due meanwhile is queued unseen, so that the clock is not asked for it again and again', async () => {
      const subject = await openWithTwoChunks()
      expect(await subject.store.query({ type: 'next-due' })).toBe(LATER_MS)
      const due = await subject.do({ type: 'promote-due', now_ms: LATER_MS, limit: 10 })
      expect(due).toEqual({ changed: [], ended: [], stale_groups: [], count: 1 })
      expect(await subject.store.query({ type: 'next-due' })).toBeNull()
      await subject.do({ type: 'complete-submission', submission_id: 50 })
      expect(await subject.counts()).toEqual({ queued: 3, held: 1 })
    })

    test('is deleted in steps when it is aborted, and chunks that come late are refused', async () => {
      const subject = await openWithTwoChunks()
      const abort = { type: 'abort-submission', submission_id: 50, limit: 3 } as const
      expect(await subject.do(abort)).toEqual({ done: false })
      expect(await subject.do(abort)).toEqual({ done: true })
      expect(await subject.do(abort)).toEqual({ done: true })
      expect(await subject.store.query({ type: 'next-ids' })).toEqual({ job: 5, submission: 51 })
      const late = subject.jobs([{}])
      const refused = await subject.do({
        type: 'submit',
        submission_id: 50,
        label: 'big',
        whole: false,
        at_ms: NOW_MS,
        jobs: late,
      })
      expect(refused.not_ready).toEqual(late.map(({ id }) => id))
      expect(await subject.do({ type: 'complete-submission', submission_id: 50 })).toMatchObject({
        stale_groups: [],
      })
      expect(await subject.counts()).toEqual({})
      expect(await subject.store.query({ type: 'open-submissions' })).toEqual([])
    })

    test('tells of jobs that were skipped meanwhile only when it is complete', async () => {
      const subject = await open()
      const needed = await subject.submitOne()
      await subject.do({ type: 'open-submission', submission_id: 50, label: 'big', at_ms: NOW_MS })
      const jobs = subject.jobs([{ needs: [needed] }, {}])
      const [blocked] = jobs.map(({ id }) => id)
      await subject.do({ type: 'submit', submission_id: 50, label: 'big', whole: false, at_ms: NOW_MS, jobs })
      const ended = await subject.finish(needed, { state: 'failed' })
      expect(ended.changed).toEqual([{ id: needed, state: 'failed' }])
      expect(await subject.counts()).toEqual({ failed: 1 })
      const changes = await subject.do({ type: 'complete-submission', submission_id: 50 })
      expect(changes.changed).toEqual([{ id: blocked, state: 'skipped' }])
      expect(changes.ended).toMatchObject([
        { id: blocked, state: 'skipped', cause: 'dependency', result: null },
      ])
      expect(await subject.counts()).toEqual({ failed: 1, skipped: 1, queued: 1 })
    })
  })
}
