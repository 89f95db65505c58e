/** A module hook for the process of the app: whoever imports `electron` gets the stand-in. */
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const url = pathToFileURL(join(import.meta.dirname, 'electron.ts')).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})
