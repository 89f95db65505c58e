/**
 * A folder like Electron's own download for Linux, as far as electron-builder looks into it. Its program is a script that
 * runs the packed main bundle on the stand-in (tests/electron-stand-in), so that what was packed can be started.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createPackage } from '@electron/asar'

const STAND_IN = resolve(import.meta.dirname, '../electron-stand-in')
/** By this @electron/fuses finds the fuses in a program: the words, a version, their number, and one character each. */
const FUSE_WORDS = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** As Electron 45 comes. */
const FUSES = '101100011'

/**
 * @param folder made by this
 * @param version of Electron
 * @param main_variable name of the variable that will name the main bundle to run
 */
export async function makeFakeElectron(
  folder: string,
  version: string,
  main_variable: string,
): Promise<void> {
  mkdirSync(join(folder, 'locales'), { recursive: true })
  mkdirSync(join(folder, 'resources'))
  // Read by electron-builder; what is in it does not matter.
  await createPackage(join(folder, 'locales'), join(folder, 'resources/default_app.asar'))
  writeFileSync(join(folder, 'version'), version)
  for (const name of [
    'LICENSE',
    'LICENSES.chromium.html',
    'icudtl.dat',
    'locales/en-US.pak',
    'locales/de.pak',
  ])
    writeFileSync(join(folder, name), name)
  for (const name of ['chrome-sandbox', 'electron']) {
    writeFileSync(join(folder, name), name === 'electron' ? program(main_variable) : '')
    chmodSync(join(folder, name), 0o755)
  }
}

function program(main_variable: string): string {
  const register = pathToFileURL(join(STAND_IN, 'register.ts')).href
  return [
    '#!/bin/sh',
    `export STAND_IN_PACKAGED=1 STAND_IN_MAIN="$${main_variable}"`,
    // As Chromium does, it takes its own switches; the app looks for its own among all of them.
    `exec '${process.execPath}' --disable-warning=ExperimentalWarning --import '${register}' '${join(STAND_IN, 'run-main.ts')}' "$@"`,
    `${FUSE_WORDS}${String.fromCharCode(1, FUSES.length)}${FUSES}`,
    '',
  ].join('\n')
}
