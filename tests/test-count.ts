import { appendFileSync } from 'node:fs'

/** Names the file in which each runner leaves its count, one JSON object a line: `npm test` adds them up. */
export const COUNTS_VARIABLE = 'JOBYARD_TEST_COUNTS'

export interface TestCount {
  passed: number
  failed: number
  skipped: number
}

/** The last line of a run, for people and machines alike. */
export function countLine({ passed, failed, skipped }: Readonly<TestCount>): string {
  const more = skipped > 0 ? `, ${skipped} skipped` : ''
  return `Tests: ${passed} passed, ${failed} failed${more}`
}

const file = process.env[COUNTS_VARIABLE]
// Runs that a test starts are not counted, whatever of our environment they get.
Reflect.deleteProperty(process.env, COUNTS_VARIABLE)

/** Leaves the count for whoever started several runners. */
export function leaveCount(count: Readonly<TestCount>): void {
  if (file !== undefined && file !== '') appendFileSync(file, `${JSON.stringify(count)}\n`)
}
