// The entry of the desktop app. Electron is not ready before this file has been evaluated to its end, so nothing here
// (nor in what it imports) may be awaited at the top level: it would wait for itself. What must be said before Electron
// is ready is said here; the rest is in boot.ts.

import { join } from 'node:path'
import { app, dialog, protocol } from 'electron'
import manifest from '../../package.json' with { type: 'json' }
import { startDataSchema } from '../../shared/desktop-channels.ts'
import { prepareDataDir, resolveDataDir } from '../engine/store/data-dir.ts'
import { hostWorkers } from '../engine/worker-pool/hosted-spawn.ts'
import { sayWhoWeAre } from './app-id.ts'
import { appScheme, indexUrl } from './app-protocol.ts'
import { becomeCommandLine, commandLineOf } from './command-line-mode.ts'
import { forkUtility } from './fork-utility.ts'
import { lockDownWebContents } from './lock-down.ts'
import { OpenedFiles } from './opened-files.ts'
import { parseStartArguments } from './start-arguments.ts'
import { useProfile } from './profile.ts'
import { utilityWorkerProcess } from './utility-worker-process.ts'

const outDir = join(import.meta.dirname, '..')
const devServer = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
const url = devServer ?? indexUrl
const worker = join(import.meta.dirname, 'worker.js')
const opened = new OpenedFiles()

/** For what makes it impossible to go on. */
function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  console.error('Jobyard could not start:', error)
  dialog.showErrorBox('Jobyard could not start', message)
  app.exit(1)
}

async function start(data_dir: string): Promise<void> {
  const { boot } = await import('./boot.ts')
  await boot({
    data_dir,
    version: manifest.version,
    url,
    is_dev_server: devServer !== undefined,
    files: {
      preload: join(outDir, 'preload/preload.cjs'),
      renderer: join(outDir, 'renderer'),
      icons: join(outDir, '../resources/icons'),
      // Jobs cannot run from inside an archive: in an installed app they lie beside it.
      examples: app.isPackaged
        ? join(process.resourcesPath, 'examples')
        : join(outDir, '../resources/examples'),
      worker,
      store_thread: join(import.meta.dirname, 'store-thread.js'),
      job_file_thread: join(import.meta.dirname, 'job-file-thread.js'),
      history_thread: join(import.meta.dirname, 'history-thread.js'),
    },
    opened,
  })
}

/** Before Electron is ready, and only where no other start of this data directory is running. */
function prepare(): void {
  app.enableSandbox()
  sayWhoWeAre(app)
  protocol.registerSchemesAsPrivileged([appScheme])
  app.on('web-contents-created', (_event, contents) => {
    lockDownWebContents(contents, url)
  })
  // Without a listener Electron would quit; that is for the quit guard to decide.
  app.on('window-all-closed', () => undefined)
}

/** The app with its window, or a word to the one that is open already. */
function openApp(): void {
  // A Mac tells of files that were opened with the app even before it is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    opened.add([path])
  })
  const { data, files } = parseStartArguments(process.argv, {
    is_packaged: app.isPackaged,
    cwd: process.cwd(),
  })
  const data_dir = resolveDataDir(data)
  prepareDataDir(data_dir)
  // The lock below is one for each profile, so that each data directory can have its own window.
  useProfile(app, data_dir)
  if (!app.requestSingleInstanceLock({ files })) {
    app.quit()
    return
  }
  prepare()
  opened.add(files)
  app.on('second-instance', (_event, _argv, _cwd, data) => {
    opened.add(startDataSchema.safeParse(data).data?.files ?? [])
  })
  app
    .whenReady()
    .then(() => start(data_dir))
    .catch(fail)
}

/** What `jobyard …` of an installed app comes to. */
function runCommandLine(words: readonly string[]): void {
  becomeCommandLine({
    app,
    words,
    entry: join(import.meta.dirname, 'cli.js'),
    prepare: () => {
      hostWorkers(utilityWorkerProcess({ entry: worker, fork: forkUtility, app }))
    },
  }).catch((error: unknown) => {
    console.error('jobyard could not start:', error)
    app.exit(1)
  })
}

try {
  const words = commandLineOf(process.argv)
  if (words === null) openApp()
  else runCommandLine(words)
} catch (error) {
  fail(error)
}
