import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from 'electron'

/** Chromium's own files (state of the window, storage of the page) stand in this folder of the data directory. */
const PROFILE_FOLDER = 'window'

/** Puts Chromium's files into the data directory they belong to. Before anything asks where they are. */
export function useProfile(app: Pick<App, 'setPath'>, data_dir: string): void {
  const folder = join(data_dir, PROFILE_FOLDER)
  // Electron refuses a folder that is not there.
  mkdirSync(folder, { mode: 0o700, recursive: true })
  app.setPath('userData', folder)
  app.setPath('sessionData', folder)
}
