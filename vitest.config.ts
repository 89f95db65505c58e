import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './tests/longest-first.ts'
import { SkipListReporter } from './tests/skip-list-reporter.ts'

export default defineConfig({
  test: {
    include: [
      'bench/**/*.test.ts',
      'electron/**/*.test.ts',
      'renderer/**/*.test.ts',
      'shared/**/*.test.ts',
      'tests/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', 'tests/fixtures/**'],
    environment: 'node',
    setupFiles: ['tests/fast-check-seed.ts'],
    pool: 'forks',
    // Node takes types out of the .ts files of our threads with WebAssembly, which V8 crashes in now and then where several
    // threads do it at once and a wrapper is compiled anew (Runtime_TierUpWasmToJSWrapper). What is built has no types.
    execArgv: ['--wasm-wrapper-tiering-budget=2147483647'],
    // Tests share no state of a process: a process for each file would only load everything anew.
    isolate: false,
    // Many tests wait for processes of theirs; with a worker for each core a small machine is idle a third of the time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A focused test left behind would silently turn the others off.
    allowOnly: false,
    reporters: ['default', new SkipListReporter(resolve(import.meta.dirname, 'tests/skip-list.json'))],
  },
})
