import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connected, DesktopHarness, queue } from './desktop-harness.ts'
import { plant } from './plain-page.ts'

const harness = new DesktopHarness()
harness.install()

/** What the desktop specs do at their start: the page is connected, and a dropped script gets into the queue. */
async function smallSpec(): Promise<void> {
  const { app, page } = await harness.open()
  const path = harness.script('a.sh', 'true')
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data })
  }
  await page.waitForFunction(() => globalThis.dropped !== undefined)
  await queue(page, (await page.evaluate(() => globalThis.dropped)) ?? [])
  const events = await page.evaluate(() => globalThis.call('jobs:count', { filter: {} }))
  expect(events).toMatchObject({ count: 1 })
  expect(app.faults).toEqual([])
}

describe('a fault in the built bundles makes a spec fail', () => {
  test('none planted: it passes', async () => {
    harness.build()
    await smallSpec()
  })

  test.each([
    ['main: no port is served', 'main', 'port.start()', 'void 0'],
    ['main: the page may not be who it is', 'main', 'frame.parent === null', 'frame.parent !== null'],
    ['main: messages are read like a worker’s', 'main', 'peer.receive(event.data)', 'peer.receive(event)'],
    [
      'main: Electron is asked for what it does not have',
      'main',
      'app.enableSandbox()',
      'app.enableSandbocks()',
    ],
    [
      'main: a function is sent',
      'main',
      'if (is_open) port.postMessage(message)',
      'if (is_open) port.postMessage({ ...message, reply() {} })',
    ],
    ['preload: the port is not handed on', 'preload', '[...ports]', '[]'],
    ['preload: files have no paths', 'preload', 'getPathForFile(file)', 'getPathForFile({ ...file })'],
    [
      'preload: it requires what the sandbox does not have',
      'preload',
      'let electron =',
      'require("node:fs"); let electron =',
    ],
  ])('%s', async (_what, folder, text, instead) => {
    plant(join(harness.build(), folder), text, instead)
    // Not for want of patience: what does not come is not waited for long.
    await expect(Promise.race([smallSpec(), tooLong()])).rejects.toThrow()
  })
})

function tooLong(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => {
      reject(new Error('it did not come'))
    }, 5_000)
  })
}

describe('the stand-in', () => {
  /** An app of one file instead of ours. */
  async function startMain(text: string): ReturnType<DesktopHarness['start']> {
    harness.build()
    const folder = join(harness.folder, 'own/main')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(harness.folder, 'own/package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'main.js'), text)
    return harness.start([], { out: join(harness.folder, 'own') })
  }

  test('never becomes ready where the entry waits for it, as Electron', async () => {
    const app = await startMain(
      "import { app } from 'electron'; console.log('waits'); await app.whenReady(); console.log('ready')",
    )
    await expect.poll(() => app.output(), { timeout: 10_000 }).toContain('waits')
    await app
      .evaluate(({ app: electronApp }) => electronApp.isReady())
      .then((ready) => {
        expect(ready).toBe(false)
      })
    expect(app.output()).not.toContain('ready')
  })

  test.each([
    ['a name that is missing', "import { Nonsense } from 'electron'", 'Nonsense'],
    ['a method that is missing', "import { app } from 'electron'; app.nonsense()", 'has no app.nonsense'],
    [
      'a window that is not sandboxed',
      "import { app, BrowserWindow } from 'electron'; app.on('ready', () => { new BrowserWindow({ webPreferences: { sandbox: false } }) })",
      'sandboxed, isolated pages only',
    ],
    [
      'a scheme that comes too late',
      "import { app, protocol } from 'electron'; app.on('ready', () => { protocol.registerSchemesAsPrivileged([]) })",
      'before app is ready',
    ],
    [
      'an accelerator that is none',
      "import { Menu } from 'electron'; Menu.buildFromTemplate([{ label: 'x', accelerator: 'CmdOrCtl+X' }])",
      'is no accelerator',
    ],
    [
      'a function in a message',
      "import { MessageChannelMain } from 'electron'; new MessageChannelMain().port1.postMessage({ f() {} })",
      'An object could not be cloned',
    ],
    [
      'a proxy in a message',
      "import { MessageChannelMain } from 'electron'; new MessageChannelMain().port1.postMessage(new Proxy({}, {}))",
      'An object could not be cloned',
    ],
    [
      'a dialog that nobody answers',
      "import { dialog } from 'electron'; dialog.showOpenDialog({})",
      'dialog.showOpenDialog',
    ],
  ])('says so: %s', async (_what, text, says) => {
    const app = await startMain(text)
    await expect.poll(() => app.output(), { timeout: 10_000 }).toContain(says)
  })

  test('a quit that a window refuses is off; one that nobody refuses has its events in order', async () => {
    const app = await startMain(`
      import { app, BrowserWindow } from 'electron'
      for (const name of ['before-quit', 'window-all-closed', 'will-quit', 'quit']) app.on(name, () => console.log(name))
      app.on('ready', () => {
        const window = new BrowserWindow({})
        window.once('close', (event) => { event.preventDefault(); console.log('refused') })
        app.quit()
        console.log('still here')
        app.quit()
      })`)
    expect(await app.exited).toBe(0)
    expect(app.output().trim().split('\n')).toEqual([
      'before-quit',
      'refused',
      'still here',
      'before-quit',
      'will-quit',
      'quit',
    ])
  })

  test('a page knows nothing of the preload but what it exposes, and that is frozen', async () => {
    const { page } = await harness.open()
    await connected(page)
    const seen = await page.evaluate(
      `[typeof require, typeof electronStandInReceive, Object.isFrozen(jobyardHost), (() => { try { jobyardHost = 1 } catch { return 'kept' } return typeof jobyardHost })()]`,
    )
    expect(seen).toEqual(['undefined', 'undefined', true, 'object'])
  })
})
