import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { connected, DesktopHarness } from './desktop-harness.ts'
import type { StandInApp } from './launch.ts'

const harness = new DesktopHarness()
harness.install()

const labels = (app: StandInApp): Promise<readonly string[]> =>
  app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.labels() ?? [])

const choose = (app: StandInApp, label: string): Promise<void> =>
  app.evaluate(({ Menu }, wanted) => {
    Menu.getApplicationMenu()?.choose(wanted)
  }, label)

const poll = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 10_000 })

describe('the examples', () => {
  test('come as a drop, from a copy that may be changed and keeps what was', async () => {
    harness.build()
    const folder = join(harness.folder, 'data', 'examples')
    const { app, page } = await harness.open()
    mkdirSync(folder)
    writeFileSync(join(folder, 'slow.job.yaml'), 'command: mine\n')
    await choose(app, 'Try the Examples')
    await poll(() => page.evaluate(() => globalThis.files)).toEqual([folder])
    const preview = await page.evaluate(
      (path) =>
        globalThis.call('drop:preview', { source: { from: 'paths', paths: [path] }, recursive: false }),
      folder,
    )
    const text = JSON.stringify(preview)
    expect(text).toContain('compress moby')
    expect(text).toContain('mine')
    expect(app.faults).toEqual([])
  })
})

describe('updates', () => {
  let server: Server | null = null

  afterEach(() => {
    server?.close()
    server = null
  })

  /** Where the newest version is told. @returns the address */
  async function placeOfUpdates(version: string): Promise<string> {
    server = createServer((request, response) => {
      const files = `files: [{ url: jobyard.deb, sha512: abc, size: 3 }]`
      response.statusCode = request.url?.startsWith('/latest-linux') === true ? 200 : 404
      response.end(`version: ${version}\n${files}\npath: jobyard.deb\nsha512: abc\n`)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`
  }

  /** As installed from a deb, by a person who says no to everything. */
  async function installed(url: string): Promise<StandInApp> {
    harness.build()
    const resources = join(harness.folder, 'beside')
    mkdirSync(resources)
    writeFileSync(join(resources, 'app-update.yml'), `provider: generic\nurl: ${url}\n`)
    writeFileSync(join(resources, 'package-type'), 'deb')
    const app = await harness.start([], { is_packaged: true, resources })
    await connected(await app.firstWindow())
    await poll(() => labels(app)).toContain('Check for Updates…')
    await app.evaluate(({ dialog, standIn }) => {
      dialog.showMessageBox = (...args) => {
        standIn.dialogs.push({ kind: 'showMessageBox', options: args.at(-1) })
        return Promise.resolve({ response: 1, checkboxChecked: false })
      }
    })
    return app
  }

  const told = (app: StandInApp): Promise<readonly unknown[]> =>
    app.evaluate(({ standIn }) => standIn.dialogs.map(({ options }) => options))

  test('are in the menu only where the app can be replaced', async () => {
    const { app } = await harness.open()
    await poll(() => labels(app)).toContain('Show Data Directory')
    expect(await labels(app)).not.toContain('Check for Updates…')
  })

  test('are looked for when a person asks, and nothing is asked of the network before', async () => {
    const app = await installed(await placeOfUpdates('9.9.9'))
    expect(await app.evaluate(({ standIn }) => standIn.requests)).toEqual([])
    await choose(app, 'Check for Updates…')
    await poll(() => told(app)).toMatchObject([{ message: 'Jobyard 9.9.9 is there' }])
    expect(await app.evaluate(({ standIn }) => standIn.requests)).toEqual([
      expect.stringContaining('//127.0.0.1/latest-linux'),
    ])
    expect(app.faults).toEqual([])
    expect(app.output()).toBe('')
  })

  test('that are older are none', async () => {
    const app = await installed(await placeOfUpdates('0.0.0-a'))
    await choose(app, 'Check for Updates…')
    await poll(() => told(app)).toMatchObject([{ message: 'This is the newest Jobyard' }])
  })

  test('that cannot be reached are told to who asked for them, and the app goes on', async () => {
    const app = await installed('http://127.0.0.1:9')
    await choose(app, 'Check for Updates…')
    await poll(() => told(app)).toMatchObject([{ message: 'Looking for updates did not work' }])
    expect(await told(app)).toHaveLength(1)
    expect(app.output()).toBe('')
    expect(app.faults).toEqual([])
    await connected(await app.firstWindow())
  })
})
