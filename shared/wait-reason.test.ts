import { expect, test } from 'vitest'
import type { WaitContext } from './wait-reason.ts'
import { waitReason } from './wait-reason.ts'

const free: WaitContext = {
  slots: 1,
  pool: 'running',
  group_paused: false,
  group_active: 0,
  group_limit: null,
}

test('a job that is not ready says what it waits for', () => {
  expect(waitReason('held', free)).toBe('held')
  expect(waitReason('blocked', free)).toBe('dependency')
  expect(waitReason('scheduled', free)).toBe('begin-time')
  expect(waitReason('retrying', free)).toBe('backoff')
})

test('a ready job names the pool before the group and the group before a missing slot', () => {
  const full: WaitContext = { slots: 1, pool: 'stopped', group_paused: true, group_active: 2, group_limit: 2 }
  expect(waitReason('queued', full)).toBe('pool-stopped')
  expect(waitReason('queued', { ...full, pool: 'draining' })).toBe('pool-stopped')
  expect(waitReason('queued', { ...full, pool: 'paused' })).toBe('pool-paused')
  expect(waitReason('queued', { ...full, pool: 'running' })).toBe('group-paused')
  expect(waitReason('queued', { ...full, pool: 'running', group_paused: false })).toBe('group-full')
  expect(waitReason('queued', free)).toBe('no-slot')
})

test('a job of several slots finds its group full where they are not all free, and takes all there are where it asks for more', () => {
  const group: WaitContext = { ...free, group_active: 2, group_limit: 4 }
  expect(waitReason('queued', { ...group, slots: 2 })).toBe('no-slot')
  expect(waitReason('queued', { ...group, slots: 3 })).toBe('group-full')
  expect(waitReason('queued', { ...group, slots: 9, group_active: 0 })).toBe('no-slot')
})
