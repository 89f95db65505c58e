import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { createServer } from 'vite'
import { expect, onTestFinished, test } from 'vitest'
import { DesktopHarness } from './desktop-harness.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const harness = new DesktopHarness()
harness.install()

test('the page of the development server runs under a policy, with its styles and its hot reload', async () => {
  const server = await createServer({
    configFile: false,
    root: resolve(ROOT, 'renderer'),
    cacheDir: resolve(ROOT, 'node_modules/.cache/vite-dev-test'),
    plugins: [svelte({ configFile: resolve(ROOT, 'svelte.config.js') })],
    server: { host: '127.0.0.1', port: 0 },
    logLevel: 'error',
  })
  onTestFinished(() => server.close())
  await server.listen()
  const url = server.resolvedUrls?.local[0] ?? ''
  harness.build()
  const told: string[] = []
  const app = await harness.start([], {
    env: { PATH: process.env['PATH'], HOME: harness.folder, ELECTRON_RENDERER_URL: url },
    prepare: (page) => {
      page.on('console', (message) => told.push(message.text()))
      return Promise.resolve()
    },
  })
  const page = await app.firstWindow()
  await expect.poll(() => page.locator('body').innerText(), { timeout: 40_000 }).toContain('Drop jobs here')
  const response = await page.reload()
  expect(await response?.headerValue('content-security-policy')).toContain("default-src 'none'")
  await expect.poll(() => told.join('\n'), { timeout: 20_000 }).toContain('[vite] connected')
  expect(told.filter((text) => /content security policy|refused|blocked/i.test(text))).toEqual([])
  expect(app.faults).toEqual([])
}, 90_000)
