import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempDir } from '../fakes/temp-dir.ts'
import type { OpenSubject } from './store-contract.ts'
import { NOW_MS } from './store-subject.ts'

export function describeCommits(open: OpenSubject): void {
  describe('commits and queries', () => {
    test('the results of a commit stand in the order of its operations', async () => {
      const { store } = await open()
      const results = await store.commit([
        { type: 'set-meta', key: 'data_id', value: 'abc' },
        { type: 'set-group', name: 'gpu', parallel_limit: 2, paused: true },
        { type: 'claim', claims: [{ job_id: 1, attempt_id: 1, worker_id: 1, at_ms: NOW_MS }] },
      ])
      expect(results).toEqual([null, { id: 2, name: 'gpu', parallel_limit: 2, paused: true }, [false]])
    })

    test('a commit of which one operation fails leaves nothing behind, and the store goes on', async () => {
      const subject = await open()
      const [job] = subject.jobs([{}])
      if (job === undefined) throw new Error('no job')
      const submit = { type: 'submit', label: '', whole: true, at_ms: NOW_MS } as const
      const twice = subject.store.commit([
        { type: 'set-meta', key: 'data_id', value: 'abc' },
        { ...submit, submission_id: 1, jobs: [job] },
        // The same id again: a bug of the caller.
        { ...submit, submission_id: 2, jobs: [job] },
      ])
      await expect(twice).rejects.toMatchObject({ code: 'INTERNAL' })
      expect(await subject.store.query({ type: 'meta', key: 'data_id' })).toBeNull()
      expect(await subject.counts()).toEqual({})
      await subject.submit([{}])
      expect(await subject.counts()).toEqual({ queued: 1 })
    })

    test('a query sees every commit that was called before it, without waiting for it', async () => {
      const { store } = await open()
      const commits = ['1', '2', '3'].map((value) =>
        store.commit([{ type: 'set-meta', key: 'concurrency', value }]),
      )
      expect(await store.query({ type: 'meta', key: 'concurrency' })).toBe('3')
      await Promise.all(commits)
    })

    test('what was committed is there after closing and opening again', async () => {
      const file = join(tempDir(), 'jobs.db')
      const first = await open(file)
      const [a, b] = await first.submit([{ name: 'a', priority: 3 }, { held: true }])
      const start = await first.start(a ?? 0)
      await first.store.close()
      const second = await open(file)
      expect(await second.states([a ?? 0, b ?? 0])).toEqual(['running', 'held'])
      expect(await second.counts()).toEqual({ running: 1, held: 1 })
      const leases = await second.store.query({ type: 'leases' })
      expect(leases).toMatchObject([
        { job_id: a, attempt_id: start.attempt_id, number: 1, stored_start: start },
      ])
    })

    test('after close, commits and queries are refused with ENGINE_CLOSED and closing again is harmless', async () => {
      const { store } = await open()
      const before = store.commit([{ type: 'set-meta', key: 'data_id', value: 'abc' }])
      const closed = store.close()
      await expect(store.commit([])).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
      await expect(store.query({ type: 'groups' })).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
      expect(await before).toEqual([null])
      await closed
      await store.close()
    })

    test('a group keeps the fields that a change does not name', async () => {
      const subject = await open()
      expect(await subject.store.query({ type: 'groups' })).toEqual([
        { id: 1, name: 'default', parallel_limit: null, paused: false },
      ])
      await subject.do({ type: 'set-group', name: 'io', parallel_limit: 4 })
      await subject.do({ type: 'set-group', name: 'io', paused: true })
      const io = { id: 2, name: 'io', parallel_limit: 4, paused: true }
      expect(await subject.store.query({ type: 'groups' })).toContainEqual(io)
      expect(await subject.do({ type: 'set-group', name: 'io', parallel_limit: null })).toEqual({
        ...io,
        parallel_limit: null,
      })
    })
  })
}
