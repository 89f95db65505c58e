import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'

const tests = join(import.meta.dirname, '..')
const vitest = join(tests, '../node_modules/vitest/vitest.mjs')
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Runs vitest on a project of one test file with the reporter and this skip list. */
function runVitest(body: string, list: readonly { name: string; reason: string }[], ...args: string[]) {
  // Inside the project, so that the fixture finds vitest.
  mkdirSync(join(tests, 'fixtures'), { recursive: true })
  const folder = mkdtempSync(join(tests, 'fixtures/.skip-list-'))
  folders.push(folder)
  writeFileSync(join(folder, 'skip-list.json'), JSON.stringify(list))
  writeFileSync(join(folder, 'a.test.ts'), `import { describe, expect, test } from 'vitest'\n${body}\n`)
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    `import { SkipListReporter } from '../../skip-list-reporter.ts'
     const reporters = ['default', new SkipListReporter(${JSON.stringify(join(folder, 'skip-list.json'))})]
     export default { test: { include: ['a.test.ts'], allowOnly: false, reporters } }`,
  )
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'))
  const { status, stdout } = spawnSync(process.execPath, [vitest, 'run', '--root', folder, ...args], {
    env: { ...Object.fromEntries(env), NO_COLOR: '1' },
    encoding: 'utf8',
  })
  return { status, stdout, lastLine: stdout.trimEnd().split('\n').at(-1) }
}

const passes = `test('works', () => {})`

test('a run without skipped tests passes and ends with the count', () => {
  const { status, lastLine } = runVitest(passes, [])
  expect(lastLine).toBe('Tests: 1 passed, 0 failed')
  expect(status).toBe(0)
})

test.each([
  ['a skipped test', `${passes}\ntest.skip('later', () => {})`, 'later'],
  ['a todo', `${passes}\ntest.todo('later')`, 'later'],
  ['a test that skips itself', `${passes}\ntest('later', (context) => context.skip())`, 'later'],
  ['a skipped suite', `${passes}\ndescribe.skip('all', () => { test('later', () => {}) })`, 'all > later'],
  ['a todo suite', `${passes}\ndescribe.todo('all')`, 'all'],
])('%s that is not on the list fails the run', (_what, body, name) => {
  const { status, stdout, lastLine } = runVitest(body, [])
  expect(stdout).toContain(`a.test.ts > ${name}`)
  expect(lastLine).toBe('Tests: 1 passed, 0 failed, 1 skipped')
  expect(status).toBe(1)
})

test('a skipped test that is on the list passes', () => {
  const list = [{ name: 'a.test.ts > later', reason: 'needs a Windows machine' }]
  const { status, lastLine } = runVitest(`${passes}\ntest.skip('later', () => {})`, list)
  expect(lastLine).toBe('Tests: 1 passed, 0 failed, 1 skipped')
  expect(status).toBe(0)
})

test('a name on the list that is no skipped test fails the run', () => {
  const { status, stdout } = runVitest(passes, [{ name: 'a.test.ts > works', reason: 'was broken once' }])
  expect(stdout).toContain('no skipped test has this name: a.test.ts > works')
  expect(status).toBe(1)
})

test('an entry for a spec in the browser is none of vitest’s business', () => {
  const list = [{ name: 'tests/e2e/a.spec.ts > later [serve]', reason: 'needs a Windows machine' }]
  const { status } = runVitest(passes, list)
  expect(status).toBe(0)
})

test('an entry of the list without a reason fails the run', () => {
  const list = [{ name: 'a.test.ts > later', reason: '' }]
  const { status } = runVitest(`${passes}\ntest.skip('later', () => {})`, list)
  expect(status).toBe(1)
})

test('a focused test fails the run', () => {
  const { status } = runVitest(`${passes}\ntest.only('me', () => {})`, [])
  expect(status).toBe(1)
})

test('a failed test and a file that cannot be loaded are both counted as failed', () => {
  const failing = runVitest(`${passes}\ntest('breaks', () => expect(1).toBe(2))`, [])
  expect(failing.lastLine).toBe('Tests: 1 passed, 1 failed')
  expect(failing.status).toBe(1)
  const broken = runVitest(`throw new Error('cannot be loaded')`, [])
  expect(broken.lastLine).toBe('Tests: 0 passed, 1 failed')
  expect(broken.status).toBe(1)
})

test('tests left out by picking one by its name are no fault', () => {
  const { status, lastLine } = runVitest(`${passes}\ntest('other', () => {})`, [], '-t', 'works')
  expect(lastLine).toBe('Tests: 1 passed, 0 failed, 1 skipped')
  expect(status).toBe(0)
})
