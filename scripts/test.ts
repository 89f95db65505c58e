/**
 * `npm test`: vitest, then the specs in a browser, and one count for both as the last line. Both run, whatever the first
 * one says. With arguments: `npm test -- PATH…` runs those `*.test.ts` with vitest, or those `*.spec.ts` in the browser.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import type { TestCount } from '../tests/test-count.ts'
import { COUNTS_VARIABLE, countLine } from '../tests/test-count.ts'

const countSchema = z.strictObject({ passed: z.int(), failed: z.int(), skipped: z.int() })
const root = resolve(import.meta.dirname, '..')
/** Threads and workers of tests run from the source, whose types take longest to leave out: Node keeps what it made of it. */
const COMPILE_CACHE = resolve(root, 'node_modules/.cache/jobyard-compile')
const require = createRequire(import.meta.url)

/** The file that a package's own command starts. */
function commandOf(packageName: string, file: string): string {
  return join(dirname(require.resolve(`${packageName}/package.json`)), file)
}

/** Whether it succeeded. */
function run(countsFile: string, command: readonly string[]): boolean {
  const { status } = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, [COUNTS_VARIABLE]: countsFile },
  })
  return status === 0
}

/** A runner that left no count has died: that is a failure, too. */
function sum(countsFile: string, runners: number): TestCount {
  let lines: string[] = []
  try {
    lines = readFileSync(countsFile, 'utf8').trimEnd().split('\n')
  } catch {
    // None of them left a count.
  }
  const total: TestCount = { passed: 0, failed: runners - lines.length, skipped: 0 }
  for (const line of lines) {
    const count = countSchema.parse(JSON.parse(line))
    total.passed += count.passed
    total.failed += count.failed
    total.skipped += count.skipped
  }
  return total
}

const picked = process.argv.slice(2)
const specs = picked.filter((argument) => argument.includes('.spec.ts') || argument.startsWith('tests/e2e'))
const commands: string[][] = []
if (picked.length === 0 || specs.length < picked.length)
  commands.push([commandOf('vitest', 'vitest.mjs'), 'run', ...picked.filter((name) => !specs.includes(name))])
if (picked.length === 0 || specs.length > 0)
  commands.push([commandOf('@playwright/test', 'cli.js'), 'test', ...specs])

const folder = mkdtempSync(join(tmpdir(), 'jobyard-test-counts-'))
try {
  const countsFile = join(folder, 'counts')
  const well = commands.map((command) => run(countsFile, command)).every((succeeded) => succeeded)
  process.stdout.write(`\n${countLine(sum(countsFile, commands.length))}\n`)
  process.exitCode = well ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
