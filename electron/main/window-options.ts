import type { BrowserWindowConstructorOptions } from 'electron'

/** Options of the main window. Everything a page must not have is said, even where it is Electron's default. */
export function windowOptions(from: {
  /** Absolute path of the preload script. */
  readonly preload: string
  /** Path of a picture; Linux shows it. */
  readonly icon: string
  readonly isPackaged: boolean
}): BrowserWindowConstructorOptions {
  return {
    width: 1200,
    height: 800,
    minWidth: 640,
    minHeight: 480,
    title: 'Jobyard',
    icon: from.icon,
    // Electron remembers place and size under this name.
    name: 'main',
    windowStatePersistence: true,
    // Shown when the page has been painted, so that no white flash comes first.
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload: from.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      devTools: !from.isPackaged,
    },
  }
}
