import { resolve } from 'node:path'
import { defineConfig } from '@playwright/test'
import { HOST_NAMES, hostsHere } from './tests/e2e/hosts/host-names.ts'
import type { HostOptions } from './tests/e2e/fixtures.ts'

/** The specs are written once and run in each host that is here. `E2E_HOST=serve npx playwright test` runs one. */
export default defineConfig<object, HostOptions>({
  testDir: 'tests/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'node_modules/.cache/playwright-results',
  globalSetup: './tests/e2e/global-setup.ts',
  // Each test once: what fails now and then is broken.
  workers: 2,
  retries: 0,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [
    ['line'],
    ['./tests/e2e/spec-reporter.ts', { listFile: resolve(import.meta.dirname, 'tests/skip-list.json') }],
  ],
  use: {
    viewport: { width: 1280, height: 800 },
    actionTimeout: 15_000,
    trace: 'off',
    screenshot: 'only-on-failure',
  },
  projects: HOST_NAMES.filter((name) => hostsHere().includes(name)).map((name) => ({
    name,
    // What only a web host has: a port, a link, a session.
    testIgnore: name === 'serve' ? [] : ['**/e2e/serve/**'],
    use: { hostName: name },
  })),
})
