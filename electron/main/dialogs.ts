import { dirname, join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { app, dialog } from 'electron'
import type { BrowserWindow, MessageBoxOptions, MessageBoxReturnValue, OpenDialogOptions } from 'electron'
import type { QuitChoice } from './quit-guard.ts'

/** Electron's dialogs begin in Downloads each time; these begin where the last one ended. */
export class FileDialogs {
  #last_folder: string | null = null

  /** @returns absolute paths; none: it was cancelled */
  async pick(window: BrowserWindow | null, what: 'files' | 'folder'): Promise<readonly string[]> {
    const options: OpenDialogOptions = {
      title: what === 'files' ? 'Open job files' : 'Open a folder of job files',
      properties: propertiesFor(what),
      defaultPath: this.#last_folder ?? app.getPath('home'),
    }
    const { canceled, filePaths } =
      window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options)
    const [first] = filePaths
    if (canceled || first === undefined) return []
    this.#last_folder = dirname(first)
    return filePaths
  }

  /** @returns the path it was saved to; null: it was cancelled */
  async saveText(window: BrowserWindow | null, name: string, text: string): Promise<string | null> {
    const options = { defaultPath: join(this.#last_folder ?? app.getPath('downloads'), safeName(name)) }
    const { canceled, filePath } =
      window === null ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(window, options)
    if (canceled || filePath === '') return null
    await writeFile(filePath, text)
    return filePath
  }
}

/** Only a Mac has a dialog that takes both. */
function propertiesFor(what: 'files' | 'folder'): NonNullable<OpenDialogOptions['properties']> {
  if (process.platform === 'darwin') return ['openFile', 'openDirectory', 'multiSelections']
  return what === 'files' ? ['openFile', 'multiSelections'] : ['openDirectory']
}

/** A name comes from a page; it must not lead elsewhere. */
function safeName(name: string): string {
  return name.replace(/[/\\:\0]/g, '_')
}

/** Asks what to do with jobs that run when the app is to quit. */
export async function askAboutQuitting(
  window: BrowserWindow | null,
  active: number,
  finishing: boolean,
): Promise<QuitChoice> {
  const choices: readonly { readonly label: string; readonly choice: QuitChoice }[] = finishing
    ? [
        { label: 'Stop Them Now and Quit', choice: 'stop-now' },
        { label: 'Do Not Quit', choice: 'cancel' },
      ]
    : [
        { label: 'Finish Them, Then Quit', choice: 'finish' },
        { label: 'Stop Them Now and Quit', choice: 'stop-now' },
        { label: 'Keep Running in the Tray', choice: 'tray' },
        { label: 'Cancel', choice: 'cancel' },
      ]
  const jobs = active === 1 ? '1 job is' : `${active} jobs are`
  const options = {
    type: 'question' as const,
    message: finishing ? `${jobs} still being finished` : `${jobs} running`,
    detail: 'Jobs that are stopped can be run again from the queue. Jobs that wait stay queued.',
    buttons: choices.map(({ label }) => label),
    defaultId: 0,
    cancelId: choices.length - 1,
    noLink: true,
  }
  const { response } = await showMessage(window, options)
  return choices[response]?.choice ?? 'cancel'
}

/** Tells a person something, and waits until it is read. */
export async function tell(
  window: BrowserWindow | null,
  text: { readonly message: string; readonly detail: string },
): Promise<void> {
  await showMessage(window, { type: 'info', ...text })
}

/** Asks a question with one button for yes, and one for no. */
export async function askYes(
  window: BrowserWindow | null,
  { message, detail, yes }: { readonly message: string; readonly detail: string; readonly yes: string },
): Promise<boolean> {
  const buttons = [yes, 'Not Now']
  const { response } = await showMessage(window, {
    type: 'question',
    message,
    detail,
    buttons,
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  })
  return response === 0
}

function showMessage(
  window: BrowserWindow | null,
  options: MessageBoxOptions,
): Promise<MessageBoxReturnValue> {
  return window === null ? dialog.showMessageBox(options) : dialog.showMessageBox(window, options)
}
