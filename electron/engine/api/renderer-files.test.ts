import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findRendererFile } from './renderer-files.ts'

const root = join(import.meta.dirname, 'page')

test('a file below the folder comes with its type and the content security policy', () => {
  const file = findRendererFile(root, '/assets/a%20b.js')
  expect(file?.path).toBe(join(root, 'assets', 'a b.js'))
  expect(file?.headers['content-type']).toBe('text/javascript; charset=utf-8')
  expect(file?.headers['content-security-policy']).toContain("default-src 'none'")
})

test.each([
  ['the folder itself', '/'],
  ['a file outside', '/..%2fsecret.json'],
  ['a file outside, plainly', '/../secret.json'],
  ['a type that no page needs', '/data.sqlite'],
  ['a broken escape', '/%zz.html'],
  ['a NUL byte', '/index.html%00.html'],
])('%s is not served', (_what, path) => {
  expect(findRendererFile(root, path)).toBeNull()
})
