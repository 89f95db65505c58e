import type { MenuItemConstructorOptions } from 'electron'
import type { DesktopView } from '../../shared/desktop-channels.ts'
import type { PoolState } from '../../shared/job.ts'
import type { YardSummary } from './yard-summary.ts'
import { summaryText } from './yard-summary.ts'

/** What items of the menus do. */
export interface MenuActions {
  readonly openFiles: () => void
  readonly openFolder: () => void
  readonly show: (view?: DesktopView) => void
  readonly start: () => void
  readonly pause: () => void
  readonly resume: () => void
  readonly stop: () => void
  readonly stopNow: () => void
  readonly showDataDir: () => void
  readonly openExamples: () => void
  /** null: this app cannot be replaced by a newer one. */
  readonly checkForUpdates: (() => void) | null
  /** null: the command line is installed in another way. */
  readonly installCommand: (() => void) | null
  readonly quit: () => void
}

interface MenuState {
  readonly platform: NodeJS.Platform
  readonly is_packaged: boolean
  readonly pool: PoolState
}

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' }

/** The menu of the application. Roles bring the keys that text fields need, which macOS has nowhere else. */
export function appMenu(state: MenuState, actions: MenuActions): MenuItemConstructorOptions[] {
  const is_mac = state.platform === 'darwin'
  return [
    ...(is_mac ? [macAppMenu(actions)] : []),
    { label: '&File', submenu: fileItems(state, actions) },
    { role: 'editMenu' },
    { label: '&View', submenu: viewItems(state, actions) },
    { label: '&Pool', submenu: poolItems(state.pool, actions) },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        { label: 'Try the Examples', click: actions.openExamples },
        { label: 'Show Data Directory', click: actions.showDataDir },
        ...(is_mac ? [] : [SEPARATOR, ...updateItems(actions), { role: 'about' } as const]),
      ],
    },
  ]
}

function macAppMenu(actions: MenuActions): MenuItemConstructorOptions {
  return {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      ...updateItems(actions),
      SEPARATOR,
      settingsItem(actions),
      ...commandItems(actions),
      SEPARATOR,
      { role: 'services' },
      SEPARATOR,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      SEPARATOR,
      { role: 'quit' },
    ],
  }
}

function updateItems({ checkForUpdates }: MenuActions): MenuItemConstructorOptions[] {
  return checkForUpdates === null ? [] : [{ label: 'Check for Updates…', click: checkForUpdates }]
}

function commandItems({ installCommand }: MenuActions): MenuItemConstructorOptions[] {
  return installCommand === null ? [] : [{ label: 'Install Command Line Tool…', click: installCommand }]
}

function settingsItem(actions: MenuActions): MenuItemConstructorOptions {
  return {
    label: 'Settings…',
    accelerator: 'CmdOrCtrl+,',
    click: () => {
      actions.show('settings')
    },
  }
}

function fileItems({ platform }: MenuState, actions: MenuActions): MenuItemConstructorOptions[] {
  const is_mac = platform === 'darwin'
  return [
    { label: 'Open Job Files…', accelerator: 'CmdOrCtrl+O', click: actions.openFiles },
    // One dialog for both is there on macOS only.
    ...(is_mac
      ? []
      : [{ label: 'Open Folder…', accelerator: 'CmdOrCtrl+Shift+O', click: actions.openFolder }]),
    SEPARATOR,
    ...(is_mac ? [] : [settingsItem(actions), SEPARATOR]),
    is_mac ? { role: 'close' } : { role: 'quit', accelerator: 'CmdOrCtrl+Q' },
  ]
}

function viewItems({ is_packaged }: MenuState, actions: MenuActions): MenuItemConstructorOptions[] {
  const views: readonly [DesktopView, string][] = [
    ['queue', 'Queue'],
    ['history', 'History'],
    ['workers', 'Workers'],
  ]
  const items = views.map(([view, label], index): MenuItemConstructorOptions => ({
    label,
    accelerator: `CmdOrCtrl+${index + 1}`,
    click: () => {
      actions.show(view)
    },
  }))
  const forUs: MenuItemConstructorOptions[] = [{ role: 'reload' }, { role: 'toggleDevTools' }, SEPARATOR]
  return [
    ...items,
    SEPARATOR,
    ...(is_packaged ? [] : forUs),
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    SEPARATOR,
    { role: 'togglefullscreen' },
  ]
}

function poolItems(pool: PoolState, actions: MenuActions): MenuItemConstructorOptions[] {
  const can_stop = pool === 'running' || pool === 'paused'
  return [
    pauseItem(pool, actions, 'CmdOrCtrl+Shift+P'),
    SEPARATOR,
    {
      label: 'Stop When Running Jobs Are Done',
      accelerator: 'CmdOrCtrl+Shift+.',
      enabled: can_stop,
      click: actions.stop,
    },
    {
      label: 'Stop Now',
      accelerator: 'CmdOrCtrl+Alt+Shift+.',
      enabled: can_stop || pool === 'draining',
      click: actions.stopNow,
    },
  ]
}

/** Whichever of the verbs applies. */
function pauseItem(pool: PoolState, actions: MenuActions, accelerator?: string): MenuItemConstructorOptions {
  const key = accelerator === undefined ? {} : { accelerator }
  switch (pool) {
    case 'running':
      return { label: 'Pause', click: actions.pause, ...key }
    case 'paused':
      return { label: 'Resume', click: actions.resume, ...key }
    case 'draining':
    case 'stopped':
      return { label: 'Start', click: actions.start, ...key }
  }
}

/** The menu of the tray icon. */
export function trayMenu(summary: YardSummary, actions: MenuActions): MenuItemConstructorOptions[] {
  return [
    { label: summaryText(summary), enabled: false },
    SEPARATOR,
    {
      label: 'Show Jobyard',
      click: () => {
        actions.show()
      },
    },
    pauseItem(summary.pool, actions),
    SEPARATOR,
    { label: 'Quit', click: actions.quit },
  ]
}
