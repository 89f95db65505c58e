import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'

const tests = join(import.meta.dirname, '..')
const playwright = join(tests, '../node_modules/@playwright/test/cli.js')
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Runs Playwright on a project of one spec file with the reporter and this skip list. */
function runSpecs(body: string, list: readonly { name: string; reason: string }[]) {
  // Inside the project, so that the fixture finds Playwright.
  mkdirSync(join(tests, 'fixtures'), { recursive: true })
  const folder = mkdtempSync(join(tests, 'fixtures/.specs-'))
  folders.push(folder)
  const listFile = join(folder, 'skip-list.json')
  writeFileSync(listFile, JSON.stringify(list))
  writeFileSync(
    join(folder, 'a.spec.ts'),
    `import { expect, test } from '@playwright/test'\ntest('works', () => {})\n${body}\n`,
  )
  const config = join(folder, 'playwright.config.ts')
  writeFileSync(
    config,
    `export default {
       testDir: '.', outputDir: 'results', workers: 1, forbidOnly: true,
       reporter: [['line'], ['../../e2e/spec-reporter.ts', { listFile: ${JSON.stringify(listFile)} }]],
       projects: [{ name: 'serve' }],
     }`,
  )
  const env = Object.entries(process.env).filter(([name]) => !/^(VITEST|JOBYARD_)/.test(name))
  const { status, stdout, stderr } = spawnSync(process.execPath, [playwright, 'test', '--config', config], {
    env: { ...Object.fromEntries(env), NO_COLOR: '1' },
    encoding: 'utf8',
  })
  return { status, stdout: stdout + stderr, lastLine: stdout.trimEnd().split('\n').at(-1) }
}

test('a run without skipped specs passes and ends with the count', () => {
  const { status, lastLine } = runSpecs('', [])
  expect(lastLine).toBe('Tests: 1 passed, 0 failed')
  expect(status).toBe(0)
})

test('specs that are skipped, in whatever way, and not on the list fail the run', () => {
  const body = `test.skip('skipped', () => {})
    test('skips itself', () => { test.skip() })
    test.fixme('to be fixed', () => {})
    test.fail('expected to fail', () => { expect(1).toBe(2) })`
  const { status, stdout, lastLine } = runSpecs(body, [])
  for (const name of ['skipped', 'skips itself', 'to be fixed', 'expected to fail'])
    expect(stdout).toContain(`with a reason: a.spec.ts > ${name} [serve]`)
  expect(lastLine).toBe('Tests: 1 passed, 0 failed, 4 skipped')
  expect(status).toBe(1)
})

test('a skipped spec that is on the list passes, and vitest’s part of the list is not asked for', () => {
  const list = [
    { name: 'a.spec.ts > later [serve]', reason: 'needs a Windows machine' },
    { name: 'a.test.ts > later', reason: 'is a test of vitest' },
  ]
  const { status, lastLine } = runSpecs(`test.skip('later', () => {})`, list)
  expect(lastLine).toBe('Tests: 1 passed, 0 failed, 1 skipped')
  expect(status).toBe(0)
})

test('a name on the list that is no skipped spec fails the run', () => {
  const { status, stdout } = runSpecs('', [{ name: 'a.spec.ts > works [serve]', reason: 'was broken once' }])
  expect(stdout).toContain('no skipped test has this name: a.spec.ts > works [serve]')
  expect(status).toBe(1)
})

test.each([
  ['fails', `test('breaks', () => { expect(1).toBe(2) })`, 'Tests: 1 passed, 1 failed'],
  ['cannot be loaded', `throw new Error('cannot be loaded')`, 'Tests: 0 passed, 1 failed'],
  ['is focused', `test.only('me', () => {})`, 'Tests: 0 passed, 1 failed'],
])('a spec that %s counts as failed', (_what, body, count) => {
  const { status, lastLine } = runSpecs(body, [])
  expect(lastLine).toBe(count)
  expect(status).toBe(1)
})
