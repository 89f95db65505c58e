import type { App } from 'electron'

/**
 * As the installer registers it (`appId` in electron-builder.yml): by it Windows knows whose a notification is.
 *
 * @internal
 */
export const APP_ID = 'app.jobyard.desktop'

/** Without it Windows shows no notification, and the icon in the taskbar belongs to Electron. */
export function sayWhoWeAre(app: Pick<App, 'setAppUserModelId'>, platform = process.platform): void {
  if (platform === 'win32') app.setAppUserModelId(APP_ID)
}
