import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import { APP_ID, sayWhoWeAre } from './app-id.ts'

test('Windows is told the name that the installer registers', () => {
  const config: unknown = parse(
    readFileSync(resolve(import.meta.dirname, '../../electron-builder.yml'), 'utf8'),
  )
  expect(config).toMatchObject({ appId: APP_ID, linux: { syncDesktopName: true } })
  const told: string[] = []
  const app = {
    setAppUserModelId: (id: string) => {
      told.push(id)
    },
  }
  sayWhoWeAre(app, 'linux')
  sayWhoWeAre(app, 'win32')
  expect(told).toEqual([APP_ID])
})

test('Linux finds the window by the name of the desktop entry', () => {
  expect(manifest.desktopName).toBe('jobyard.desktop')
})
