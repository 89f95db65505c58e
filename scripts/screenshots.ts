/**
 * `npm run screenshots`: builds nothing, starts a real `jobyard serve` with nothing in it, with ten jobs and with a hundred
 * thousand, and takes a picture of each view, light and dark, in two sizes, into docs/screenshots/. Three of them are in
 * the README and in the repository, the rest is for whoever changes the looks.
 */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser } from '@playwright/test'
import { chromium as playwrightChromium } from '@playwright/test'
import { findChromium, launchOptionsOf, removeChromium } from '../tests/e2e/chromium.ts'
import { openServeApi } from '../tests/e2e/hosts/serve-api.ts'
import { ServeHost } from '../tests/e2e/hosts/serve-host.ts'
import { fillHistory } from '../tests/fakes/filled-history.ts'
import { SCENES } from './screenshots/scenes.ts'
import { takeShots } from './screenshots/take-shots.ts'

const root = resolve(import.meta.dirname, '..')
const target = join(root, 'docs', 'screenshots')

const chromium = await findChromium()
const browser = await playwrightChromium.launch(launchOptionsOf(chromium))
try {
  mkdirSync(target, { recursive: true })
  for (const scene of SCENES) await takeScene(browser, scene)
} finally {
  await browser.close()
  removeChromium(chromium)
}

async function takeScene(browser: Browser, scene: (typeof SCENES)[number]): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jobyard-')))
  try {
    const data = join(folder, 'data')
    const work = join(folder, 'film')
    mkdirSync(join(folder, 'tmp'))
    mkdirSync(work)
    cpSync(join(root, 'resources', 'examples'), join(folder, 'examples'), { recursive: true })
    if (scene.history_jobs > 0)
      fillHistory(data, { jobs: scene.history_jobs, until_ms: Date.now(), cwd: work })
    const host = await ServeHost.start({ folder, data }, browser, () => Promise.resolve())
    const api = await openServeApi(host.link)
    try {
      await scene.prepare({ connection: api.connection, work })
      const files = await takeShots({ host, target, label: scene.label, work, api: api.connection })
      console.log(`${scene.label}: ${files} pictures`)
    } finally {
      api.close()
      await host.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
