import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connected, DesktopHarness, inState, queue } from './desktop-harness.ts'

const harness = new DesktopHarness()
harness.install()

describe('the desktop app, as built, on the stand-in', () => {
  test('its page is isolated, reaches the engine by a port, and jobs run in utility processes', async () => {
    const { app, page } = await harness.open()
    expect(await page.evaluate(() => [typeof globalThis.process, typeof globalThis.require])).toEqual([
      'undefined',
      'undefined',
    ])
    const job_id = await queue(page, [harness.script('hello.sh', 'echo hello; exit 0')])
    await inState(page, job_id, 'succeeded')
    expect(await app.evaluate(({ standIn }) => standIn.sandbox_enabled)).toBe(true)
    expect(app.faults).toEqual([])
    await app.close()
    expect(await app.exited).toBe(0)
    expect(app.output()).toBe('')
  })

  test('dropped files and folders have their paths, files made by a script have none', async () => {
    const { app, page } = await harness.open()
    const paths = [harness.script('a b.sh', 'true'), join(harness.folder, 'tmp')]
    const session = await page.context().newCDPSession(page)
    const data = { items: [], files: paths, dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data })
    }
    await page.waitForFunction(() => globalThis.dropped !== undefined)
    expect(await page.evaluate(() => globalThis.dropped)).toEqual(paths)
    const made = await page.evaluate(() => {
      const { jobyardHost } = globalThis as unknown as { jobyardHost: { pathOf(file: unknown): string } }
      return jobyardHost.pathOf(new File(['x'], 'x.sh'))
    })
    expect(made).toBe('')
    expect(app.faults).toEqual([])
  })

  test('a page that is loaded anew gets a new port, and the old one is closed', async () => {
    const { app, page } = await harness.open()
    await page.reload()
    await connected(page)
    expect(await page.evaluate(() => globalThis.closed_ports)).toBe(0)
    expect(app.faults).toEqual([])
  })

  test('a page that asks for a second port loses the first: one connection a page', async () => {
    const { page } = await harness.open()
    await page.evaluate(() => {
      const { jobyardHost } = globalThis as unknown as { jobyardHost: { requestPort(): void } }
      jobyardHost.requestPort()
    })
    await page.waitForFunction(() => globalThis.closed_ports === 1)
    await connected(page)
  })

  test('a page that crashes is loaded again', async () => {
    const { app, page } = await harness.open()
    await page.goto('chrome://crash').catch(() => undefined)
    await expect
      .poll(() => app.output(), { timeout: 10_000 })
      .toContain('the page of the window is gone (crashed)')
  })

  test('a client that breaks the protocol loses its port', async () => {
    const { page } = await harness.open()
    await page.evaluate(() => {
      globalThis.say({ type: 'nonsense' })
    })
    await page.waitForFunction(() => globalThis.closed_ports === 1)
  })

  test('the page leads nowhere else: no navigation, no windows, no permissions', async () => {
    const { app, page } = await harness.open()
    await page.click('a')
    await page.evaluate("void open('https://example.org/')")
    await expect.poll(() => page.context().pages().length, { timeout: 10_000 }).toBe(1)
    expect(page.url()).toContain('app--bundle.invalid/index.html')
    const asked = ['geolocation', 'notifications', 'clipboard-read', 'clipboard-write']
    const states = await page.evaluate<string[]>(
      `Promise.all(${JSON.stringify(asked)}.map(async (name) => (await navigator.permissions.query({ name })).state))`,
    )
    expect(states.slice(0, 3)).not.toContain('granted')
    expect(states[3]).toBe('granted')
    await connected(page)
    expect(app.faults).toEqual([])
  })
})
