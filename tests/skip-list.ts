import { readFileSync } from 'node:fs'
import { z } from 'zod'

const skipListSchema = z.array(z.strictObject({ name: z.string().min(1), reason: z.string().min(1) }))

/** Who runs a test: vitest the `*.test.ts` files, Playwright the `*.spec.ts` files. Each sees only its part of the list. */
export type TestRunner = 'vitest' | 'playwright'

/**
 * Names of the tests that may be skipped.
 * @param file path of the skip list, a JSON array of `{ name, reason }`; names are `tests/x.test.ts > suite > test`
 */
export function readSkipList(file: string, runner: TestRunner): string[] {
  return skipListSchema
    .parse(JSON.parse(readFileSync(file, 'utf8')))
    .map((entry) => entry.name)
    .filter((name) => (/\.spec\.ts\b/.test(name) ? 'playwright' : 'vitest') === runner)
}

/** What is wrong about tests that were skipped without being listed, one sentence each. */
export function unlistedFaults(names: readonly string[], file: string): string[] {
  return names.map((name) => `skipped, but not in ${file} with a reason: ${name}`)
}

/** What is wrong about entries of the list that no skipped test answers to. */
export function staleFaults(names: readonly string[], file: string): string[] {
  return names.map((name) => `in ${file}, but no skipped test has this name: ${name}`)
}
