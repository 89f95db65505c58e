import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium as playwrightChromium } from '@playwright/test'
import { expect, test } from 'vitest'
import type { Chromium, Surroundings } from './chromium.ts'
import { findChromium, launchOptionsOf, removeChromium, thisMachine } from './chromium.ts'

const PACKAGED: Chromium = {
  executable: '/unpacked/chromium',
  source: 'the npm package @sparticuz/chromium',
  env: { LD_LIBRARY_PATH: '/unpacked/lib' },
  folder: null,
}

/** A machine on which only these run. */
function machine(running: readonly string[], more: Partial<Surroundings> = {}): Surroundings {
  return {
    named: undefined,
    playwrights: '/playwright/chromium',
    systems: ['/usr/bin/chromium', '/usr/bin/google-chrome'],
    faultOf: (executable) => (running.includes(executable) ? null : 'is not there'),
    unpack: () => Promise.resolve(PACKAGED),
    ...more,
  }
}

test.each([
  ['Playwright’s own', ['/playwright/chromium', '/usr/bin/chromium'], '/playwright/chromium'],
  ['the first of the system’s that runs', ['/usr/bin/google-chrome'], '/usr/bin/google-chrome'],
  ['the npm package’s, where no other is', ['/unpacked/chromium'], '/unpacked/chromium'],
])('the Chromium that is taken is %s', async (_which, running, executable) => {
  expect((await findChromium(machine(running))).executable).toBe(executable)
})

test('the one that CHROMIUM_PATH names is taken before all others, and no other where it does not run', async () => {
  const running = ['/my/chromium', '/playwright/chromium']
  expect(await findChromium(machine(running, { named: '/my/chromium' }))).toMatchObject({
    executable: '/my/chromium',
    source: 'CHROMIUM_PATH',
  })
  await expect(findChromium(machine(running, { named: '/no/chromium' }))).rejects.toThrow(
    'CHROMIUM_PATH names a Chromium that does not run. /no/chromium: is not there',
  )
})

test('where none runs, the message names one command that helps, and what was tried', async () => {
  const broken = machine([], { unpack: () => Promise.reject(new Error('no space left')) })
  const error = await findChromium(broken).catch((reason: unknown) => reason)
  expect(String(error)).toContain('npx playwright install --with-deps chromium')
  expect(String(error)).toContain('/usr/bin/google-chrome: is not there')
  expect(String(error)).toContain('@sparticuz/chromium: no space left')
  await expect(findChromium(machine([], { unpack: () => Promise.resolve(null) }))).rejects.toThrow(
    '@sparticuz/chromium: has none for this system',
  )
})

test('the Chromium of the npm package shows a page, and brings what a bare system lacks', async () => {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    expect(await thisMachine().unpack()).toBeNull()
    return
  }
  const found = await findChromium(nothingElseInstalled())
  try {
    expect(found.source).toBe('the npm package @sparticuz/chromium')
    const browser = await playwrightChromium.launch(launchOptionsOf(found))
    try {
      const page = await browser.newPage()
      await page.setContent('<h1>Jobyard</h1>')
      // Without a font a line of text has no height.
      expect((await page.locator('h1').boundingBox())?.height).toBeGreaterThan(10)
    } finally {
      await browser.close()
    }
    expect(librariesOfTheSystem(found)).toEqual([
      'ld-linux-x86-64.so.2',
      'libc.so.6',
      'libdl.so.2',
      'libgcc_s.so.1',
      'libm.so.6',
      'libpthread.so.0',
    ])
  } finally {
    removeChromium(found)
  }
  expect(existsSync(found.executable)).toBe(false)
})

/** This machine, as if it had no other Chromium. */
function nothingElseInstalled(): Surroundings {
  return { ...thisMachine(), named: undefined, playwrights: '/nowhere/chromium', systems: [] }
}

/** Names of the libraries that it takes from the system: what Node needs, too, is everywhere. */
function librariesOfTheSystem({ executable, env, folder }: Chromium): string[] {
  const told = spawnSync('ldd', [executable], { env: { ...process.env, ...env }, encoding: 'utf8' })
  expect(told.stdout).not.toContain('not found')
  const lines = told.stdout.split('\n').filter((line) => line.includes('/'))
  const own = join(folder ?? '/nowhere', '/')
  const names = lines
    .filter((line) => !line.includes(`=> ${own}`))
    .map((line) => line.trim().split(' ')[0] ?? '')
  return names.map((name) => name.split('/').at(-1) ?? '').sort()
}
