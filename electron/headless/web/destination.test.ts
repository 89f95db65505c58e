import { expect, test } from 'vitest'
import { destinationOf, isSameOrigin } from './destination.ts'

const plain = { secure: false, name: '127.0.0.1' }
const named = { secure: true, name: 'Build.example' }

test.each([
  ['127.0.0.1:8080', 'http://127.0.0.1:8080', 8080],
  ['localhost:1', 'http://localhost:1', 1],
  ['LOCALHOST:80', 'http://localhost', 80],
  ['[::1]:5', 'http://[::1]:5', 5],
])('%s is this machine', (host, origin, port) => {
  expect(destinationOf(host, plain)).toEqual({ origin, port })
})

test('the name that was given is served beside the loopback ones', () => {
  expect(destinationOf('build.example:8443', named)).toEqual({
    origin: 'https://build.example:8443',
    port: 8443,
  })
  expect(destinationOf('build.example', named)?.port).toBe(443)
  expect(destinationOf('localhost:9', named)?.origin).toBe('https://localhost:9')
  expect(destinationOf('build.example:8443', plain)).toBeNull()
})

test.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  'localhost.:80',
  '127.0.0.1.evil.example',
  'localhost@evil.example',
  'evil.example/localhost',
  'localhost:80:80',
  'localhost:99999',
  '192.0.2.1:80',
])('%s is none of ours', (host) => {
  expect(destinationOf(host, plain)).toBeNull()
})

test('an origin is the same where scheme, name and port are, and may be missing where nothing changes', () => {
  const destination = { origin: 'http://localhost:9', port: 9 }
  expect(isSameOrigin(destination, 'http://localhost:9', true)).toBe(true)
  expect(isSameOrigin(destination, undefined, false)).toBe(true)
  expect(isSameOrigin(destination, undefined, true)).toBe(false)
  for (const other of ['https://localhost:9', 'http://localhost', 'http://127.0.0.1:9', 'null', ''])
    expect(isSameOrigin(destination, other, false)).toBe(false)
})
