import { expect, test } from 'vitest'
import { cpuShares } from './usage-share.ts'

const at = (at_ms: number, cpu_ms: number) => ({ at_ms, usage: [{ worker_id: 1, cpu_ms, memory_bytes: 0 }] })

test('a share needs two looks', () => {
  expect(cpuShares(null, at(0, 100)).size).toBe(0)
  expect(cpuShares(at(0, 100), at(2_000, 1_100)).get(1)).toBe(0.5)
})

test('a worker whose processes ended has used nothing, not less', () => {
  expect(cpuShares(at(0, 900), at(2_000, 100)).get(1)).toBe(0)
})
