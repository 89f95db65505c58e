import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Updater } from './updates.ts'

export interface Installation {
  readonly is_packaged: boolean
  readonly platform: NodeJS.Platform
  /** Folder of what was installed beside the program. */
  readonly resources: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Whether this installation can be replaced by a newer one; a package that was built without a place for updates cannot. */
export function canUpdate({ is_packaged, platform, resources, env }: Installation): boolean {
  if (!is_packaged || !existsSync(join(resources, 'app-update.yml'))) return false
  // On Linux an AppImage replaces itself, and packages that say so are installed anew.
  return platform !== 'linux' || env['APPIMAGE'] !== undefined || existsSync(join(resources, 'package-type'))
}

/** electron-updater, loaded when it is needed: it asks for nothing by itself. */
export async function loadUpdater(): Promise<Updater> {
  const { autoUpdater } = (await import('electron-updater')).default
  autoUpdater.autoDownload = false
  autoUpdater.autoInstallOnAppQuit = true
  autoUpdater.logger = null
  // It tells of each failure twice: this way too, which would otherwise count as an error that nobody caught.
  autoUpdater.on('error', () => undefined)
  return {
    check: async () => {
      const result = await autoUpdater.checkForUpdates()
      return result?.isUpdateAvailable === true ? result.updateInfo.version : null
    },
    download: async () => {
      await autoUpdater.downloadUpdate()
    },
  }
}
