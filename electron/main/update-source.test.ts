import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { canUpdate } from './update-source.ts'

let resources = ''

beforeEach(() => {
  resources = mkdtempSync(join(tmpdir(), 'jobyard-resources-'))
})

afterEach(() => {
  rmSync(resources, { recursive: true, force: true })
})

const onPlatform = (platform: NodeJS.Platform, env: Record<string, string> = {}, is_packaged = true) =>
  canUpdate({ is_packaged, platform, resources, env })

test('a package that does not say where updates are cannot be updated', () => {
  expect(onPlatform('win32')).toBe(false)
  writeFileSync(join(resources, 'app-update.yml'), '')
  expect(onPlatform('win32')).toBe(true)
  expect(onPlatform('darwin')).toBe(true)
})

test('a checkout cannot be updated', () => {
  writeFileSync(join(resources, 'app-update.yml'), '')
  expect(onPlatform('linux', { APPIMAGE: '/a' }, false)).toBe(false)
})

test('on Linux an AppImage can be updated, and a package that says which one it is', () => {
  writeFileSync(join(resources, 'app-update.yml'), '')
  expect(onPlatform('linux')).toBe(false)
  expect(onPlatform('linux', { APPIMAGE: '/home/me/Jobyard.AppImage' })).toBe(true)
  writeFileSync(join(resources, 'package-type'), 'deb')
  expect(onPlatform('linux')).toBe(true)
})
