import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { test as base, chromium as playwrightChromium, expect } from '@playwright/test'
import { CHROMIUM_ARGS } from '../electron-stand-in/launch.ts'
import { announcedChromium, launchOptionsOf } from './chromium.ts'
import type { Host } from './hosts/host.ts'
import type { HostName } from './hosts/host-names.ts'
import { startHost } from './hosts/start-host.ts'
import { JobFolder } from './job-folder.ts'
import { PageFaults } from './page-faults.ts'
import { Yard } from './yard.ts'

export interface HostOptions {
  readonly hostName: HostName
}

interface Fixtures {
  /** A temporary folder of the spec. */
  readonly folder: string
  /** Job files, and what jobs write. */
  readonly jobs: JobFolder
  readonly faults: PageFaults
  readonly host: Host
  /** The app on the screen. */
  readonly yard: Yard
}

interface WorkerFixtures {
  /** For all hosts but Electron, which brings its own. */
  readonly sharedBrowser: Browser | null
}

/** Specs are written against the app on the screen; in which host it runs is the project's business. */
export const test = base.extend<Fixtures, HostOptions & WorkerFixtures>({
  hostName: ['serve', { option: true, scope: 'worker' }],

  sharedBrowser: [
    async ({ hostName }, use) => {
      const found = announcedChromium()
      if (hostName === 'electron' || found === undefined) {
        await use(null)
        return
      }
      const args = hostName === 'stand-in' ? [...CHROMIUM_ARGS] : []
      const browser = await playwrightChromium.launch({ ...launchOptionsOf(found), args })
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],

  // eslint-disable-next-line no-empty-pattern -- Playwright wants to see an object pattern.
  folder: async ({}, use) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jobyard-e2e-')))
    mkdirSync(join(folder, 'tmp'))
    await use(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  },

  jobs: async ({ folder }, use) => {
    await use(new JobFolder(join(folder, 'jobs')))
  },

  // eslint-disable-next-line no-empty-pattern -- As above.
  faults: async ({}, use) => {
    const faults = new PageFaults()
    await use(faults)
    expect(faults.unexpected(), 'the page complained').toEqual([])
  },

  host: async ({ folder, hostName, sharedBrowser, faults }, use, testInfo) => {
    const prepare = (page: Page): Promise<void> => {
      faults.watch(page)
      return Promise.resolve()
    }
    const host = await startHost(hostName, { folder, data: join(folder, 'data') }, sharedBrowser, prepare)
    await use(host)
    if (testInfo.status !== testInfo.expectedStatus) await picture(host.page, testInfo.outputPath())
    await host.close()
  },

  yard: async ({ host }, use) => {
    const yard = new Yard(host.page)
    await yard.isReady()
    await use(yard)
  },
})

/** For whoever has to find out why a spec failed. */
async function picture(page: Page, folder: string): Promise<void> {
  if (page.isClosed()) return
  await page.screenshot({ path: join(folder, 'failed.png') })
}

export { expect }
