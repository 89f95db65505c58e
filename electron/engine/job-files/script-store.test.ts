import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../../../tests/fakes/temp-dir.ts'
import { ScriptStore } from './script-store.ts'

const content = Buffer.from('echo hello\n')
const sha256 = createHash('sha256').update(content).digest('hex')

test('content is stored once under its SHA-256, and nobody may write to it', () => {
  const dir = join(tempDir(), 'scripts')
  const store = new ScriptStore(dir)
  expect(store.put(content)).toBe(sha256)
  expect(store.put(Buffer.from(content))).toBe(sha256)
  store.sync()
  expect(readdirSync(dir)).toEqual([sha256])
  expect(readFileSync(join(dir, sha256))).toEqual(content)
  expect(statSync(join(dir, sha256)).mode & 0o777).toBe(0o400)
})

test('what a crash has left behind is no hindrance', () => {
  const dir = tempDir()
  const left = join(dir, `.tmp-${process.pid}-${sha256}`)
  writeFileSync(left, 'half')
  chmodSync(left, 0o400)
  writeFileSync(join(dir, sha256), 'ec')
  new ScriptStore(dir).put(content)
  expect(readdirSync(dir)).toEqual([sha256])
  expect(readFileSync(join(dir, sha256))).toEqual(content)
})

test('without a folder there is a hash and nothing is stored', () => {
  const store = new ScriptStore(null)
  expect(store.put(content)).toBe(sha256)
  store.sync()
})

test('a store that cannot be written to is told', () => {
  const file = join(tempDir(), 'file')
  writeFileSync(file, '')
  expect(() => new ScriptStore(join(file, 'scripts')).put(content)).toThrow('cannot be stored')
  expect(existsSync(join(file, 'scripts'))).toBe(false)
})
