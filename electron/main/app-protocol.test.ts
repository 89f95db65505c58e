import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAppProtocolHandler } from './app-protocol.ts'

let root = ''
let handle: (request: Request) => Promise<Response>

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'jobyard-protocol-'))
  mkdirSync(join(root, 'renderer/assets'), { recursive: true })
  writeFileSync(join(root, 'renderer/index.html'), '<!doctype html>')
  writeFileSync(join(root, 'renderer/assets/a b.js'), 'export {}')
  writeFileSync(join(root, 'renderer/data.sqlite'), 'x')
  writeFileSync(join(root, 'secret.json'), '{}')
  handle = createAppProtocolHandler(join(root, 'renderer'))
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

test('the page comes with its type and the content security policy', async () => {
  const response = await handle(new Request('app://bundle/index.html'))
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await response.text()).toBe('<!doctype html>')
})

test('a module script has the type that Chromium insists on', async () => {
  const response = await handle(new Request('app://bundle/assets/a%20b.js'))
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
})

test.each([
  ['a file that is not there', 'app://bundle/none.html'],
  ['the folder itself', 'app://bundle/'],
  ['a file outside', 'app://bundle/..%2fsecret.json'],
  ['a file outside, with backslashes', 'app://bundle/..%5c..%5csecret.json'],
  ['another host', 'app://elsewhere/index.html'],
  ['a type that no page needs', 'app://bundle/data.sqlite'],
  ['a broken escape', 'app://bundle/%zz.html'],
  ['a NUL byte', 'app://bundle/index.html%00.html'],
])('%s is not served', async (_what, url) => {
  const response = await handle(new Request(url))
  expect(response.status).toBe(404)
  expect(await response.text()).toBe('')
})

test('only GET is answered', async () => {
  const response = await handle(new Request('app://bundle/index.html', { method: 'POST' }))
  expect(response.status).toBe(404)
})
