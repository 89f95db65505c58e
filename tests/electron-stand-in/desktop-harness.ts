import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { chromium } from '@playwright/test'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { findChromium, launchOptionsOf, removeChromium } from '../e2e/chromium.ts'
import type { Chromium } from '../e2e/chromium.ts'
import { CHROMIUM_ARGS, launchStandIn } from './launch.ts'
import type { LaunchOptions, StandInApp } from './launch.ts'
import { copyOfBuild } from './plain-page.ts'

/** What plain-page.ts puts into the window. */
export interface PlainWindow {
  readonly call: (name: string, input: unknown) => Promise<unknown>
  readonly say: (message: unknown) => void
  readonly pushes: readonly { readonly type: string }[]
  readonly files: readonly string[]
  readonly dropped: readonly string[] | undefined
  readonly closed_ports: number
}

declare global {
  // Functions for the page are typed where they are written.
  var call: PlainWindow['call'], say: PlainWindow['say'], pushes: PlainWindow['pushes']
  var files: PlainWindow['files'], dropped: PlainWindow['dropped'], closed_ports: number
}

/** A browser for the file, and for each test a folder with a copy of the build. */
export class DesktopHarness {
  folder = ''
  out = ''
  #browser: Browser | null = null
  #chromium: Chromium | null = null
  readonly #apps: StandInApp[] = []

  /** To be called once, outside of tests. */
  install(): void {
    beforeAll(async () => {
      this.#chromium = await findChromium()
      this.#browser = await chromium.launch({ ...launchOptionsOf(this.#chromium), args: [...CHROMIUM_ARGS] })
    }, 60_000)
    afterAll(async () => {
      await this.#browser?.close()
      if (this.#chromium !== null) removeChromium(this.#chromium)
    })
    afterEach(async () => {
      for (const app of this.#apps.splice(0)) {
        await app.kill()
        await app.context().close()
      }
      if (this.folder !== '') rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
      this.folder = ''
    })
  }

  /** A new folder, and in it a copy of the build. */
  build(): string {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'jobyard-desktop-')))
    mkdirSync(join(this.folder, 'tmp'))
    this.out = copyOfBuild(this.folder)
    return this.out
  }

  async start(args: readonly string[] = [], more: Partial<LaunchOptions> = {}): Promise<StandInApp> {
    if (this.folder === '') this.build()
    if (this.#browser === null) throw new Error('install() was not called')
    const app = launchStandIn({
      context: await this.#browser.newContext(),
      out: this.out,
      cwd: this.folder,
      args: ['--data', join(this.folder, 'data'), ...args],
      env: { PATH: process.env['PATH'], HOME: this.folder, TMPDIR: join(this.folder, 'tmp') },
      ...more,
    })
    this.#apps.push(app)
    return app
  }

  /** Starts it and waits for the page to be connected. */
  async open(args: readonly string[] = []): Promise<{ readonly app: StandInApp; readonly page: Page }> {
    const app = await this.start(args)
    const page = await app.firstWindow()
    await connected(page)
    return { app, page }
  }

  /** A script that can be dropped. */
  script(name: string, text: string): string {
    const path = join(this.folder, name)
    writeFileSync(path, `#!/bin/sh\n${text}\n`)
    chmodSync(path, 0o755)
    return path
  }
}

/** Waits until the page answers by its port. */
export async function connected(page: Page): Promise<void> {
  await page.waitForFunction(() => typeof globalThis.call === 'function')
  await page.evaluate(() => globalThis.call('settings:get', {}))
}

/** Drops paths and queues them. @returns the id of the first job */
export async function queue(page: Page, paths: readonly string[]): Promise<number> {
  const submitted = await page.evaluate(async (dropped) => {
    const preview = (await globalThis.call('drop:preview', {
      source: { from: 'paths', paths: dropped },
      recursive: false,
    })) as { drop_id: string }
    return globalThis.call('drop:submit', { drop_id: preview.drop_id, skip_bad: false, trust: 'once' })
  }, paths)
  return (submitted as { first_id: number }).first_id
}

/** Waits until the job is in that state. */
export async function inState(page: Page, job_id: number, state: string): Promise<void> {
  const rows = (): Promise<unknown> =>
    page.evaluate((id) => globalThis.call('jobs:rows', { ids: [id] }), job_id)
  await expect.poll(rows, { timeout: 15_000, interval: 100 }).toMatchObject([{ job: { state } }])
}
