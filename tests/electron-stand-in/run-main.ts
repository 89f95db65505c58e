/** The entry of the process of the app: loads the built main bundle, and then becomes ready. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInThisContext } from 'node:vm'
import { app, appPath } from './app.ts'
import { onEvaluate } from './browser-window.ts'
import * as electron from './electron.ts'

const main = process.env['STAND_IN_MAIN']
if (main === undefined) throw new Error('STAND_IN_MAIN names no file')
const words = process.argv.slice(2)
// [doc process.resourcesPath]
Object.assign(process, { resourcesPath: process.env['STAND_IN_RESOURCES'] ?? join(appPath, 'resources') })
// [facts E5] the program, and in a checkout the folder of the app.
process.argv = [process.execPath, ...(app.isPackaged ? [] : [appPath]), ...words]

onEvaluate((source, arg) => {
  const run = runInThisContext(`(${source})`) as (module: typeof electron, arg: unknown) => unknown
  return run(electron, arg)
})

// [doc breaking-changes 37] An unhandled rejection is a warning; an exception that nobody caught a dialog, and the app lives.
process.on('unhandledRejection', (reason) => {
  process.stderr.write(
    `unhandled rejection: ${reason instanceof Error ? (reason.stack ?? '') : String(reason)}\n`,
  )
})
process.on('uncaughtException', (error) => {
  process.stderr.write(`uncaught exception: ${error.stack ?? error.message}\n`)
})
// The spec is gone.
process.on('disconnect', () => {
  process.exit(1)
})

// [facts A9] Ready only when the entry has been evaluated to its end: what it awaits at its top level, it awaits before.
try {
  await import(pathToFileURL(main).href)
} catch (error) {
  process.stderr.write(`the entry failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n`)
  process.exit(1)
}
setImmediate(() => {
  app.becomeReady()
})
