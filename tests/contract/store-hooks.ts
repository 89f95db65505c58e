import { describe, expect, test } from 'vitest'
import type { NeedCondition } from '../../shared/job.ts'
import type { OpenSubject } from './store-contract.ts'
import type { JobWish, StoreSubject } from './store-subject.ts'
import { NOW_MS } from './store-subject.ts'

function followed(hook_if: NeedCondition): JobWish {
  return { extras: { timed: false, unique: null, hook_if, schedule_id: null, recurs: null } }
}

const due = (subject: StoreSubject) => subject.store.query({ type: 'due-hooks', after_id: 0, limit: 100 })

export function describeHooks(open: OpenSubject): void {
  describe('ends that commands follow', () => {
    test('are put down with the end, where it is the one that the job asks for', async () => {
      const subject = await open()
      const ids = await subject.submit([
        ...[followed('always'), followed('success'), followed('failure'), {}],
        ...[followed('always'), followed('failure'), followed('success')],
      ])
      const [always, success, failure, plain, bad_always, bad_failure, bad_success] = ids
      for (const id of [always, success, failure, plain]) await subject.finish(id ?? 0)
      expect(await subject.finish(bad_always ?? 0, { state: 'failed' })).toMatchObject({ due_hooks: true })
      expect(await subject.finish(bad_success ?? 0, { state: 'failed' })).not.toHaveProperty('due_hooks')
      await subject.do({ type: 'cancel', selection: { ids: [bad_failure ?? 0] }, at_ms: NOW_MS })
      expect((await due(subject)).map(({ job, own, general }) => [job.id, job.state, own, general])).toEqual([
        [always, 'succeeded', true, false],
        [success, 'succeeded', true, false],
        [bad_always, 'failed', true, false],
        [bad_failure, 'cancelled', true, false],
      ])
    })

    test('are none while the job is tried again, or waits for a person', async () => {
      const subject = await open()
      const [retried, interrupted] = await subject.submit([followed('always'), followed('always')])
      await subject.finish(retried ?? 0, { state: 'retrying', retry_at_ms: NOW_MS + 1_000 })
      await subject.interrupt(interrupted ?? 0)
      expect(await due(subject)).toEqual([])
    })

    test('are gone with the commit that makes the commands visible, not before', async () => {
      const subject = await open()
      const id = await subject.submitOne(followed('always'))
      await subject.finish(id)
      const submission_id = subject.nextSubmission()
      await subject.do({ type: 'open-submission', submission_id, label: 'after', at_ms: NOW_MS })
      const jobs = subject.jobs([{}])
      const chunk = { submission_id, label: 'after', at_ms: NOW_MS, jobs }
      await subject.do({ type: 'submit', whole: false, ...chunk })
      const [waiting] = await due(subject)
      expect(waiting?.job.id).toBe(id)
      await subject.do({ type: 'complete-submission', submission_id, due_hooks: [waiting?.id ?? 0] })
      expect(await due(subject)).toEqual([])
    })

    test('keep what the job was when it ended, though it runs again, and go with it', async () => {
      const subject = await open()
      const id = await subject.submitOne(followed('always'))
      await subject.finish(id, { state: 'failed' }, { exit_code: 7 })
      await subject.restart([id])
      expect(await due(subject)).toMatchObject([{ job: { id, state: 'failed', exit_code: 7, attempts: 1 } }])
      await subject.finish(id)
      expect((await due(subject)).map(({ job }) => job.state)).toEqual(['failed', 'succeeded'])
      await subject.do({ type: 'clear', kind: 'clear', selection: { ids: [id] }, at_ms: NOW_MS })
      await subject.do({ type: 'sweep', before_ms: NOW_MS + 1, limit: 10 })
      expect(await due(subject)).toEqual([])
    })

    test('are all that the settings ask for, but for those of the commands themselves', async () => {
      const subject = await open()
      const group = await subject.do({ type: 'set-group', name: 'hooks' })
      const [good, bad, hook] = await subject.submit([{}, {}, { group_id: group.id }])
      await subject.do({ type: 'set-meta', key: 'after_job', value: 'failure' })
      await subject.finish(good ?? 0)
      await subject.finish(bad ?? 0, { state: 'failed' })
      await subject.finish(hook ?? 0, { state: 'failed' })
      await subject.do({ type: 'set-meta', key: 'after_job', value: '' })
      await subject.finish(await subject.submitOne(), { state: 'failed' })
      expect((await due(subject)).map(({ job, own, general }) => [job.id, own, general])).toEqual([
        [bad, false, true],
      ])
    })
  })
}
