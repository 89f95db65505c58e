import { expect, test } from 'vitest'
import { windowOptions } from './window-options.ts'

test('the page of the window has no rights of Node', () => {
  expect(
    windowOptions({ preload: '/app/preload.cjs', icon: '/app/icon.png', isPackaged: true }).webPreferences,
  ).toEqual({
    preload: '/app/preload.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    devTools: false,
  })
})

test('developer tools open in a checkout only', () => {
  const options = windowOptions({ preload: '/app/preload.cjs', icon: '/app/icon.png', isPackaged: false })
  expect(options.webPreferences?.devTools).toBe(true)
})

test('Electron keeps the state of the window, for which it needs a name', () => {
  const options = windowOptions({ preload: '/app/preload.cjs', icon: '/app/icon.png', isPackaged: true })
  expect(options).toMatchObject({ name: 'main', windowStatePersistence: true, show: false })
})
