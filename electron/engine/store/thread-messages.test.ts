import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CAUSES, ENDED_STATES, JOB_KINDS, JOB_STATES, NEED_CONDITIONS } from '../../../shared/job.ts'
import { UNIQUE_WHILE } from '../../../shared/job-spec.ts'
import { FlatReader, Words } from './flat-rows.ts'
import type { FlatRows } from './flat-rows.ts'
import type { Operation, OperationResult } from './store-operations.ts'
import type { ReadyJob } from './store-records.ts'
import {
  packOperation,
  packReady,
  packResult,
  unpackOperation,
  unpackReady,
  unpackResult,
} from './thread-messages.ts'

const id = fc.integer({ min: 1 })
const ms = fc.maxSafeNat()
const text = fc.string({ unit: 'binary' })
const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary)

const job = fc.record({
  id,
  name: text,
  kind: fc.constantFrom(...JOB_KINDS),
  group_id: id,
  priority: fc.integer(),
  slots: id,
  held: fc.boolean(),
  due_ms: nullable(ms),
  spec_json: text,
  needs: fc.array(fc.record({ on: id, condition: fc.constantFrom(...NEED_CONDITIONS) }), { maxLength: 3 }),
  extras: fc.option(
    fc.record({
      timed: fc.boolean(),
      unique: nullable(fc.record({ key: text, while: fc.constantFrom(...UNIQUE_WHILE) })),
      hook_if: nullable(fc.constantFrom(...NEED_CONDITIONS)),
      schedule_id: nullable(id),
      recurs: nullable(fc.record({ next_ms: nullable(ms) })),
    }),
    { nil: undefined },
  ),
})

const end = fc.record({
  start: fc.record({
    attempt_id: id,
    job_id: id,
    number: id,
    worker_id: id,
    pid: nullable(id),
    process_start: nullable(text),
    started_ms: ms,
  }),
  started_stored: fc.boolean(),
  ended_ms: ms,
  cause: fc.constantFrom(...CAUSES),
  exit_code: nullable(fc.integer()),
  signal: nullable(text),
  error: nullable(text),
  result: nullable(text),
  log: nullable(fc.record({ stdout_bytes: ms, stderr_bytes: ms, cut_bytes: ms })),
  next: fc.oneof(
    fc.record({
      state: fc.constantFrom(
        'succeeded' as const,
        'failed' as const,
        'requeue' as const,
        'interrupted' as const,
      ),
    }),
    fc.record({ state: fc.constant('retrying' as const), retry_at_ms: fc.double({ noNaN: true }) }),
  ),
})

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    type: fc.constant('submit' as const),
    submission_id: id,
    label: text,
    whole: fc.boolean(),
    at_ms: ms,
    jobs: fc.array(job),
  }),
  fc.record({
    type: fc.constant('claim' as const),
    claims: fc.array(fc.record({ job_id: id, attempt_id: id, worker_id: id, at_ms: ms })),
  }),
  fc.record({ type: fc.constant('end' as const), ends: fc.array(end) }),
  fc.record({ type: fc.constant('unclaim' as const), job_ids: fc.array(id), at_ms: id }),
)

const ended = fc.record({
  id,
  submission_id: id,
  name: text,
  state: fc.constantFrom(...ENDED_STATES, 'interrupted' as const),
  cause: fc.constantFrom(...CAUSES),
  exit_code: nullable(fc.integer()),
  attempts: fc.nat(),
  queued_ms: ms,
  started_ms: nullable(ms),
  ended_ms: ms,
  result: nullable(text),
})

const result: fc.Arbitrary<OperationResult> = fc.oneof(
  fc.constant(null),
  fc.array(fc.boolean()),
  fc.record({ done: fc.boolean() }),
  fc.record({
    changed: fc.array(fc.record({ id, state: fc.constantFrom(...JOB_STATES) })),
    ended: fc.array(ended),
    stale_groups: fc.array(id),
    not_ready: fc.array(id),
  }),
)

const ready: fc.Arbitrary<ReadyJob> = fc.record({
  id,
  priority: fc.integer(),
  position: fc.double({ noNaN: true }),
  group_id: id,
  kind: fc.constantFrom(...JOB_KINDS),
  name: text,
  submission_id: id,
  attempts: fc.nat(),
  tries: fc.nat(),
  slots: id,
  spec_json: text,
})

test('operations, results and ready jobs arrive at the other thread as they were', () => {
  fc.assert(
    fc.property(operation, (sent) => {
      const arrived = unpackOperation(structuredClone(packOperation(sent)))
      expect(arrived.type === 'submit' ? { ...arrived, jobs: [...arrived.jobs] } : arrived).toEqual(sent)
      // As often as need be.
      if (arrived.type === 'submit') expect([...arrived.jobs]).toHaveLength(arrived.jobs.length)
    }),
  )
  fc.assert(
    fc.property(result, (sent) => {
      expect(unpackResult(structuredClone(packResult(sent)))).toEqual(sent)
    }),
  )
  fc.assert(
    fc.property(fc.array(ready), (sent) => {
      expect(unpackReady(structuredClone(packReady(sent)))).toEqual(sent)
    }),
  )
})

test('a value that is not what it should be is not taken for something else', () => {
  const words = new Words(['a', 'b'])
  const flat = (numbers: readonly number[], ...texts: string[]): FlatRows => {
    return { numbers: new Float64Array(numbers), texts }
  }
  const reads: ((reader: FlatReader) => unknown)[] = [
    (reader) => reader.number(),
    (reader) => reader.text(),
    (reader) => reader.flag(),
    (reader) => reader.word(words),
  ]
  for (const read of reads) {
    expect(() => read(new FlatReader(flat([NaN])))).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
    expect(() => read(new FlatReader(flat([])))).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  }
  expect(() => new FlatReader(flat([2])).flag()).toThrow()
  expect(() => new FlatReader(flat([], 'a')).numberOrNull()).toThrow()
  expect(() => new FlatReader(flat([1])).textOrNull()).toThrow()
  expect(() => new FlatReader(flat([2])).word(words)).toThrow()
  expect(() => new FlatReader(flat([0.5])).word(words)).toThrow()
})
