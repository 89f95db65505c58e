import { expect, test } from 'vitest'
import { isSameSite, lockDownSession } from './lock-down.ts'

test.each([
  ['app://bundle/index.html#jobs', 'app://bundle/index.html'],
  ['http://localhost:5173/', 'http://localhost:5173/index.html'],
])('%s is a page of %s', (url, own) => {
  expect(isSameSite(url, own)).toBe(true)
})

test.each([
  ['https://bundle/index.html', 'app://bundle/index.html'],
  ['app://bundle.example/index.html', 'app://bundle/index.html'],
  ['file:///etc/passwd', 'app://bundle/index.html'],
  ['javascript:alert(1)', 'app://bundle/index.html'],
  ['http://localhost:5174/', 'http://localhost:5173/'],
  ['not an address', 'app://bundle/index.html'],
])('%s is no page of %s', (url, own) => {
  expect(isSameSite(url, own)).toBe(false)
})

test('a page of ours may put text on the clipboard, and nothing else; others may not even that', () => {
  const handlers: { request?: PermissionRequest; check?: PermissionCheck } = {}
  lockDownSession(
    {
      setPermissionRequestHandler: (handler: unknown) => {
        handlers.request = handler as PermissionRequest
      },
      setPermissionCheckHandler: (handler: unknown) => {
        handlers.check = handler as PermissionCheck
      },
      setDevicePermissionHandler: () => undefined,
    },
    'app://bundle/index.html',
  )
  const asked = (permission: string, requestingUrl: string): boolean => {
    const decisions: boolean[] = []
    handlers.request?.(null, permission, (decision) => decisions.push(decision), { requestingUrl })
    return decisions[0] === true && handlers.check?.(null, permission, requestingUrl) === true
  }
  expect(asked('clipboard-sanitized-write', 'app://bundle/')).toBe(true)
  expect(asked('clipboard-sanitized-write', 'https://example.org/')).toBe(false)
  for (const permission of ['clipboard-read', 'notifications', 'media', 'fileSystem', 'openExternal'])
    expect(asked(permission, 'app://bundle/')).toBe(false)
})

type PermissionRequest = (
  contents: null,
  permission: string,
  decide: (granted: boolean) => void,
  details: { requestingUrl: string },
) => void
type PermissionCheck = (contents: null, permission: string, origin: string) => boolean
