import { describe, expect, test } from 'vitest'
import type { OpenSubject } from './store-contract.ts'
import { endOf, NOW_MS } from './store-subject.ts'

const need = (on: number, label?: string) => ({
  on,
  condition: 'always' as const,
  ...(label === undefined ? {} : { label }),
})

export function describeNeedValues(open: OpenSubject): void {
  describe('values of needed jobs', () => {
    test('are those of the last attempt that has ended, only where a job names them, and gone with the needed job', async () => {
      const subject = await open()
      const [a, b] = await subject.submit([{}, {}])
      const [x, y] = await subject.submit([
        { needs: [need(a ?? 0, 'a'), need(b ?? 0)] },
        { needs: [need(b ?? 0, 'b'), need(b ?? 0, 'also b')] },
      ])
      const values = () => subject.store.query({ type: 'needed-values', job_ids: [x ?? 0, y ?? 0, 4711] })
      const of_a = { job_id: x, needs_job_id: a, label: 'a' }
      const of_b = { job_id: y, needs_job_id: b, label: 'b\nalso b' }
      await subject.finish(a ?? 0, { state: 'retrying', retry_at_ms: NOW_MS }, { result: '1' })
      await subject.do({ type: 'promote-due', now_ms: NOW_MS, limit: 10 })
      await subject.finish(a ?? 0, { state: 'succeeded' }, { result: '{"n":2}' })
      await subject.fail(b ?? 0)
      expect(await values()).toEqual([
        { ...of_a, state: 'succeeded', exit_code: 0, result: '{"n":2}' },
        { ...of_b, state: 'failed', exit_code: 1, result: null },
      ])
      // While it runs again, what it came to before still stands for a job that was leased already.
      await subject.claim(x ?? 0)
      await subject.restart([a ?? 0])
      expect((await values())[0]).toEqual({ ...of_a, state: 'queued', exit_code: 0, result: '{"n":2}' })
      await subject.do({ type: 'cancel', selection: { ids: [a ?? 0] }, at_ms: NOW_MS })
      expect((await values())[0]).toEqual({ ...of_a, state: 'cancelled', exit_code: null, result: null })
      await subject.do({ type: 'clear', kind: 'clear', selection: { ids: [a ?? 0] }, at_ms: NOW_MS })
      await subject.do({ type: 'sweep', before_ms: NOW_MS + 1, limit: 10 })
      expect((await values())[0]).toEqual({ ...of_a, state: null, exit_code: null, result: null })
    })

    test('what an attempt ran is noted before it starts, and deleted with its job', async () => {
      const subject = await open()
      const x = await subject.submitOne()
      const id = await subject.submitOne({ needs: [need(x, 'x')] })
      await subject.finish(x)
      const start = await subject.claim(id)
      await subject.do({ type: 'note-ran', attempt_id: start.attempt_id, job_id: id, ran: 'echo 1' })
      await subject.do({ type: 'end', ends: [endOf(start, { state: 'succeeded' })] })
      await subject.do({ type: 'clear', kind: 'clear', selection: { ids: [id] }, at_ms: NOW_MS })
      const swept = await subject.do({ type: 'sweep', before_ms: NOW_MS + 1, limit: 10 })
      expect(swept).toMatchObject({ attempt_ids: [start.attempt_id] })
    })

    test('a job that needs one by its id is settled by how that has ended, and skipped where nobody knows it', async () => {
      const subject = await open()
      const [good, bad, waits] = await subject.submit([{}, {}, {}])
      await subject.finish(good ?? 0)
      await subject.fail(bad ?? 0)
      const on = (id: number, condition: 'success' | 'failure' | 'always') => ({
        needs: [{ on: id, condition }],
      })
      const ids = await subject.submit([
        on(good ?? 0, 'success'),
        on(good ?? 0, 'failure'),
        on(bad ?? 0, 'failure'),
        on(bad ?? 0, 'always'),
        on(waits ?? 0, 'success'),
        on(4711, 'always'),
      ])
      expect(await subject.states(ids)).toEqual([
        'queued',
        'skipped',
        'queued',
        'queued',
        'blocked',
        'skipped',
      ])
    })
  })
}
