import { describe, expect, test } from 'vitest'
import { NOW_MS } from './store-subject.ts'
import type { JobWish, StoreSubject } from './store-subject.ts'
import type { OpenSubject } from './store-contract.ts'
import type { Unique } from '../../shared/job-spec.ts'
import type { Duplicate } from '../../electron/engine/store/store-records.ts'

function keyed(way: Unique['while'] = 'active', key = 'k'): JobWish {
  return {
    extras: { timed: false, unique: { key, while: way }, hook_if: null, schedule_id: null, recurs: null },
  }
}

interface Taken {
  readonly ids: readonly number[]
  readonly duplicates: readonly Duplicate[]
  readonly not_ready: readonly number[]
}

async function submit(subject: StoreSubject, ...wishes: readonly JobWish[]): Promise<Taken> {
  const jobs = subject.jobs(wishes)
  const submission_id = subject.nextSubmission()
  const { duplicates, not_ready } = await subject.do({
    type: 'submit',
    submission_id,
    label: 'test',
    whole: true,
    at_ms: NOW_MS,
    jobs,
  })
  return { ids: jobs.map(({ id }) => id), duplicates, not_ready }
}

/** @returns the job that keeps another with the key from being queued; null: it was queued */
async function holder(subject: StoreSubject, way: Unique['while']): Promise<number | null> {
  const { duplicates, ids } = await submit(subject, keyed(way))
  if (duplicates.length === 0)
    await subject.do({ type: 'cancel', selection: { ids: [...ids] }, at_ms: NOW_MS })
  if (duplicates.length === 0)
    await subject.do({ type: 'clear', selection: { ids: [...ids] }, kind: 'clear', at_ms: NOW_MS })
  return duplicates[0]?.of ?? null
}

/** Jobs of which there is to be one only. */
export function describeUnique(open: OpenSubject): void {
  describe('unique keys', () => {
    test('a job is not stored while another with its key is, and tells which', async () => {
      const subject = await open()
      const first = await submit(subject, keyed())
      const [id = 0] = first.ids
      expect(first.duplicates).toEqual([])
      const second = await submit(subject, {}, keyed(), keyed('active', 'other'))
      expect(second.duplicates).toEqual([{ id: second.ids[1], of: id }])
      expect(second.not_ready).toEqual([second.ids[1]])
      expect(await subject.states(second.ids)).toEqual(['queued', null, 'queued'])
      expect(await subject.counts()).toEqual({ queued: 3 })
    })

    test('of two in one submission the first is stored', async () => {
      const subject = await open()
      const { ids, duplicates } = await submit(subject, keyed(), keyed(), keyed('active', 'other'))
      expect(duplicates).toEqual([{ id: ids[1], of: ids[0] }])
    })

    test('the key is free again when the other has started, has ended or was cleared away, as is asked for', async () => {
      const subject = await open()
      const { ids } = await submit(subject, keyed())
      const [id = 0] = ids
      expect([await holder(subject, 'queued'), await holder(subject, 'active')]).toEqual([id, id])
      await subject.start(id)
      expect(await holder(subject, 'queued')).toBeNull()
      expect(await holder(subject, 'active')).toBe(id)
      await subject.cancel([id])
      await subject.do({ type: 'set-active', job_id: id, state: 'stopping', stop_reason: 'cancel' })
      expect(await holder(subject, 'active')).toBe(id)
    })

    test('an interrupted job holds its key; an ended one only where it is for ever', async () => {
      const subject = await open()
      const [lost = 0] = (await submit(subject, keyed())).ids
      await subject.interrupt(lost)
      expect(await holder(subject, 'queued')).toBeNull()
      expect(await holder(subject, 'active')).toBe(lost)
      await subject.do({
        type: 'resolve-interrupted',
        selection: { ids: [lost] },
        decision: 'fail',
        at_ms: NOW_MS,
      })
      expect(await holder(subject, 'active')).toBeNull()
      expect(await holder(subject, 'ever')).toBe(lost)
      await subject.do({ type: 'clear', selection: { ids: [lost] }, kind: 'clear', at_ms: NOW_MS })
      expect(await holder(subject, 'ever')).toBeNull()
    })

    test('what needs a job that was not stored needs the other instead, in a later chunk too', async () => {
      const subject = await open()
      const [other = 0] = (await submit(subject, keyed())).ids
      const submission_id = subject.nextSubmission()
      await subject.do({ type: 'open-submission', submission_id, label: 'chunks', at_ms: NOW_MS })
      const chunk = (wishes: readonly JobWish[]) => {
        const jobs = subject.jobs(wishes)
        const operation = {
          type: 'submit',
          submission_id,
          label: '',
          whole: false,
          at_ms: NOW_MS,
          jobs,
        } as const
        return subject.do(operation).then(({ duplicates }) => ({ ids: jobs.map(({ id }) => id), duplicates }))
      }
      const { ids, duplicates } = await chunk([keyed()])
      expect(duplicates).toEqual([{ id: ids[0], of: other }])
      const [dependent = 0] = (await chunk([{ needs: [ids[0] ?? 0] }])).ids
      await subject.do({ type: 'complete-submission', submission_id })
      expect(await subject.state(dependent)).toBe('blocked')
      await subject.finish(other)
      expect(await subject.state(dependent)).toBe('queued')
    })

    test('of two submissions that come in at the same time the first has the key', async () => {
      const subject = await open()
      const [a, b] = [subject.nextSubmission(), subject.nextSubmission()]
      for (const submission_id of [a, b])
        await subject.do({ type: 'open-submission', submission_id, label: 'chunks', at_ms: NOW_MS })
      const chunk = (submission_id: number) =>
        subject.do({
          type: 'submit',
          submission_id,
          label: '',
          whole: false,
          at_ms: NOW_MS,
          jobs: subject.jobs([keyed()]),
        })
      const [first, second] = [await chunk(a), await chunk(b)]
      expect([first.duplicates.length, second.duplicates.length]).toEqual([0, 1])
      for (const submission_id of [a, b]) await subject.do({ type: 'complete-submission', submission_id })
      expect(await subject.counts()).toEqual({ queued: 1 })
    })

    test('an edit gives a job another key, or takes it away', async () => {
      const subject = await open()
      const [id = 0] = (await submit(subject, keyed())).ids
      const page = await subject.store.query({ type: 'job', job_id: id })
      if (page === null) throw new Error('The job is not there.')
      await subject.do({ type: 'edit', selection: { ids: [id] }, edit: { spec: page.spec }, at_ms: NOW_MS })
      expect(await holder(subject, 'active')).toBeNull()
      const spec = { ...page.spec, unique: { key: 'k', while: 'active' as const } }
      await subject.do({ type: 'edit', selection: { ids: [id] }, edit: { spec }, at_ms: NOW_MS })
      expect(await holder(subject, 'active')).toBe(id)
    })
  })
}
