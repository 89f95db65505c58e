import { expect, test } from 'vitest'
import { packWritten, unpackWritten } from './written-columns.ts'
import type { WrittenJob } from './written-job.ts'

const PLAIN: WrittenJob = { name: 'a', kind: 'command', spec_text: '{}\n{}' }
const SWEEP = { key: 1, name: 'x', max_parallel: null, halt: null }

test.each([
  ['none', []],
  ['plain ones', [PLAIN, { ...PLAIN, name: 'b', kind: 'module' }]],
  ['some that need others', [PLAIN, { ...PLAIN, needs: [{ on: { index: 0 }, condition: 'success' }] }]],
  ['some of a sweep', [{ ...PLAIN, sweep: SWEEP }, PLAIN, { ...PLAIN, sweep: SWEEP }]],
  ['some that the queue has to know more of', [{ ...PLAIN, facts: { priority: 3, hold: true } }, PLAIN]],
] satisfies [string, WrittenJob[]][])('jobs come out as they went in: %s', (_what, jobs) => {
  expect(unpackWritten(structuredClone(packWritten(jobs)))).toStrictEqual(jobs)
})
