import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobSpec, RetryPolicy } from '../../../shared/job-spec.ts'
import { DEFAULT_RETRY_CAUSES } from '../../../shared/job-spec.ts'
import type { Outcome } from '../../../shared/worker-protocol.ts'
import type { AttemptFacts } from './retry.ts'
import { backoffMs, judgeInterrupted, judgeOutcome, judgeStopped } from './retry.ts'

const policy: RetryPolicy = {
  limit: 2,
  backoff: 'exponential',
  interval_ms: 1_000,
  max_ms: 60_000,
  jitter: 0,
  exit_codes: null,
  causes: [...DEFAULT_RETRY_CAUSES],
}
const spec: JobSpec = { name: 'a', task: { kind: 'command', argv: ['true'], shell_command: null }, cwd: '/' }
const facts = (own: Partial<AttemptFacts> = {}): AttemptFacts => ({
  spec,
  tries: 1,
  now_ms: 10_000,
  random: () => 0.5,
  ...own,
})
const outcome = (own: Partial<Outcome> = {}): Outcome => ({
  cause: 'exit',
  exit_code: 0,
  signal: null,
  error: null,
  stopped: false,
  result: null,
  log: null,
  ...own,
})
const retried = (own: Partial<RetryPolicy> = {}): JobSpec => ({ ...spec, retry: { ...policy, ...own } })

test('an exit with 0 succeeds, any other fails', () => {
  expect(judgeOutcome(facts(), outcome(), null)).toEqual({ cause: 'exit', next: { state: 'succeeded' } })
  expect(judgeOutcome(facts(), outcome({ exit_code: 3 }), null)).toEqual({
    cause: 'exit',
    next: { state: 'failed' },
  })
  expect(
    judgeOutcome(facts(), outcome({ cause: 'signal', exit_code: null, signal: 'SIGSEGV' }), null).cause,
  ).toBe('signal')
})

test('a job is retried as often as its limit says, with growing waits', () => {
  const bad = outcome({ exit_code: 1 })
  const waits = [1, 2].map((tries) => judgeOutcome(facts({ spec: retried(), tries }), bad, null).next)
  expect(waits).toEqual([
    { state: 'retrying', retry_at_ms: 11_000 },
    { state: 'retrying', retry_at_ms: 12_000 },
  ])
  expect(judgeOutcome(facts({ spec: retried(), tries: 3 }), bad, null).next).toEqual({ state: 'failed' })
})

test('only the exit codes that are listed are retried', () => {
  const only75 = retried({ exit_codes: [75] })
  expect(judgeOutcome(facts({ spec: only75 }), outcome({ exit_code: 75 }), null).next.state).toBe('retrying')
  expect(judgeOutcome(facts({ spec: only75 }), outcome({ exit_code: 1 }), null).next.state).toBe('failed')
})

test('a job that ended well before the stop reached it has succeeded', () => {
  expect(judgeOutcome(facts(), outcome({ stopped: false }), 'cancel').next.state).toBe('succeeded')
  expect(judgeOutcome(facts(), outcome({ stopped: true }), 'cancel')).toEqual({
    cause: 'user',
    next: { state: 'cancelled' },
  })
})

test('a cancelled job is never retried, one over its time may be', () => {
  // It failed by itself before the signal came.
  const failed = outcome({ stopped: false, exit_code: 1 })
  expect(judgeOutcome(facts({ spec: retried() }), failed, 'cancel').next.state).toBe('cancelled')
  expect(judgeStopped(facts({ spec: retried() }), 'cancel').next.state).toBe('cancelled')
  expect(judgeStopped(facts({ spec: retried() }), 'timeout')).toEqual({
    cause: 'timeout',
    next: { state: 'retrying', retry_at_ms: 11_000 },
  })
  expect(judgeStopped(facts(), 'memory')).toEqual({ cause: 'memory', next: { state: 'failed' } })
})

test.each([
  ['ask', 'interrupted'],
  ['requeue', 'requeue'],
  ['fail', 'failed'],
] as const)('a forced stop follows on_interrupt: %s', (on_interrupt, state) => {
  expect(judgeStopped(facts({ spec: { ...spec, on_interrupt } }), 'forced-stop')).toEqual({
    cause: 'user',
    next: { state },
  })
})

test('a lost worker is only retried where the policy lists that cause', () => {
  expect(judgeInterrupted(facts({ spec: retried() }), 'worker-lost').next.state).toBe('interrupted')
  const listed = retried({ causes: ['worker-lost'] })
  expect(judgeInterrupted(facts({ spec: listed }), 'worker-lost').next.state).toBe('retrying')
  expect(judgeInterrupted(facts({ spec: listed, tries: 3 }), 'worker-lost').next.state).toBe('interrupted')
  expect(judgeInterrupted(facts({ spec: listed }), 'power-loss')).toEqual({
    cause: 'power-loss',
    next: { state: 'interrupted' },
  })
})

test('a wait never exceeds max and never leaves the range of its jitter', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (tries, jitter, random) => {
        const wait_ms = backoffMs({ ...policy, jitter }, tries, () => random)
        const plain_ms = Math.min(policy.max_ms, policy.interval_ms * 2 ** Math.min(tries - 1, 52))
        expect(wait_ms).toBeLessThanOrEqual(policy.max_ms)
        expect(wait_ms).toBeGreaterThanOrEqual(Math.floor(plain_ms * (1 - jitter)))
        expect(wait_ms).toBeLessThanOrEqual(Math.ceil(plain_ms * (1 + jitter)))
      },
    ),
  )
})
