import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, test } from 'vitest'
import type { PoolState } from '../../shared/job.ts'
import type { MenuActions } from './menu-template.ts'
import { appMenu, trayMenu } from './menu-template.ts'

const PLATFORMS = ['linux', 'win32', 'darwin'] as const

function recorder(): { actions: MenuActions; diary: string[] } {
  const diary: string[] = []
  const did = (what: string) => (): void => {
    diary.push(what)
  }
  const verbs = [
    'openFiles',
    'openFolder',
    'start',
    'pause',
    'resume',
    'stop',
    'stopNow',
    'showDataDir',
    'openExamples',
    'checkForUpdates',
    'installCommand',
    'quit',
  ]
  const actions = Object.fromEntries(verbs.map((verb) => [verb, did(verb)]))
  return {
    diary,
    actions: {
      ...(actions as unknown as MenuActions),
      show: (view) => {
        diary.push(`show ${view ?? ''}`)
      },
    },
  }
}

const all = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? all(item.submenu) : [])])

const menuOf = (platform: NodeJS.Platform, pool: PoolState = 'running', is_packaged = true) =>
  all(appMenu({ platform, is_packaged, pool }, recorder().actions))

describe.each(PLATFORMS)('the menu on %s', (platform) => {
  test('has each key once', () => {
    const keys = menuOf(platform).flatMap(({ accelerator }) => accelerator ?? [])
    expect(new Set(keys).size).toBe(keys.length)
    for (const key of ['CmdOrCtrl+O', 'CmdOrCtrl+,', 'CmdOrCtrl+1', 'CmdOrCtrl+Shift+P'])
      expect(keys).toContain(key)
  })

  test('has the roles that text fields and windows need', () => {
    const roles = menuOf(platform).flatMap(({ role }) => role ?? [])
    for (const role of ['editMenu', 'windowMenu', 'togglefullscreen', 'about', 'quit'])
      expect(roles).toContain(role)
  })

  test('shows tools of developers to them only', () => {
    const roles = (is_packaged: boolean) => menuOf(platform, 'running', is_packaged).map(({ role }) => role)
    expect(roles(true)).not.toContain('toggleDevTools')
    expect(roles(false)).toContain('toggleDevTools')
  })
})

test.each([
  ['running', 'Pause', true],
  ['paused', 'Resume', true],
  ['draining', 'Start', false],
  ['stopped', 'Start', false],
] as const)('a pool that is %s offers to %s', (pool, label, can_stop) => {
  const items = menuOf('linux', pool)
  expect(items.some((item) => item.label === label)).toBe(true)
  expect(items.find((item) => item.label?.startsWith('Stop When'))?.enabled).toBe(can_stop)
  expect(items.find((item) => item.label === 'Stop Now')?.enabled).toBe(pool !== 'stopped')
})

test('every item with a label does something', () => {
  const { actions, diary } = recorder()
  const items = all(appMenu({ platform: 'linux', is_packaged: true, pool: 'running' }, actions))
  const labelled = items.filter(({ label, submenu }) => label !== undefined && submenu === undefined)
  for (const { click } of labelled) click?.(undefined as never, undefined, undefined as never)
  expect(diary.toSorted()).toEqual(
    [
      ...[
        'openFiles',
        'openFolder',
        'pause',
        'stop',
        'stopNow',
        'showDataDir',
        'openExamples',
        'checkForUpdates',
      ],
      ...['show queue', 'show history', 'show workers', 'show settings'],
    ].toSorted(),
  )
})

test('what makes no sense here is not in the menu', () => {
  const labelsOf = (platform: NodeJS.Platform, more: Partial<MenuActions>) =>
    all(appMenu({ platform, is_packaged: true, pool: 'running' }, { ...recorder().actions, ...more })).map(
      ({ label }) => label,
    )
  for (const platform of PLATFORMS) {
    expect(labelsOf(platform, {})).toContain('Check for Updates…')
    expect(labelsOf(platform, { checkForUpdates: null })).not.toContain('Check for Updates…')
  }
  expect(labelsOf('darwin', {})).toContain('Install Command Line Tool…')
  expect(labelsOf('darwin', { installCommand: null })).not.toContain('Install Command Line Tool…')
})

test('the menu of the tray says how the pool is', () => {
  const summary = { pool: 'paused', active: 1, waiting: 2, succeeded: 0, failed: 0 } as const
  const labels = trayMenu(summary, recorder().actions).map(({ label }) => label)
  expect(labels.filter((label) => label !== undefined)).toEqual([
    'Paused · 1 running · 2 waiting',
    'Show Jobyard',
    'Resume',
    'Quit',
  ])
})
