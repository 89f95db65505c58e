import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
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
    // Most tests wait for processes; one file at a time leaves half of a small machine idle.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // A focused test left behind would silently turn the others off.
    allowOnly: false,
    reporters: ['default', new SkipListReporter(resolve(import.meta.dirname, 'tests/skip-list.json'))],
  },
})
