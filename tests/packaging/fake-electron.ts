/**
 * Folders like Electron's own downloads, as far as electron-builder looks into them. The program of the one for Linux is a
 * script that runs the packed main bundle on the stand-in (tests/electron-stand-in), so that what was packed can be started.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createPackage } from '@electron/asar'
import electronManifest from 'electron/package.json' with { type: 'json' }

const STAND_IN = resolve(import.meta.dirname, '../electron-stand-in')
/** By this @electron/fuses finds the fuses in a program: the words, a version, their number, and one character each. */
const FUSE_WORDS = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** As Electron 45 comes. */
const FUSES = '101100011'
const FUSE_WIRE = `${FUSE_WORDS}${String.fromCharCode(1, FUSES.length)}${FUSES}\n`
const LICENSES = ['LICENSE', 'LICENSES.chromium.html']

/** @param main_variable name of the variable that will name the main bundle to run */
export async function makeLinuxElectron(folder: string, main_variable: string): Promise<void> {
  await makePlainElectron(folder, 'electron', program(main_variable))
  writeProgram(join(folder, 'chrome-sandbox'), '')
}

/** Its program cannot be started. */
export function makeWindowsElectron(folder: string): Promise<void> {
  return makePlainElectron(folder, 'electron.exe', FUSE_WIRE)
}

/** Its programs cannot be started. */
export async function makeMacElectron(folder: string): Promise<void> {
  const contents = join(folder, 'Electron.app/Contents')
  makeBundle(contents, 'Electron')
  for (const kind of ['', ' (Renderer)', ' (GPU)', ' (Plugin)']) {
    const name = `Electron Helper${kind}`
    makeBundle(join(contents, `Frameworks/${name}.app/Contents`), name)
  }
  const framework = join(contents, 'Frameworks/Electron Framework.framework')
  writeProgram(join(framework, 'Electron Framework'), FUSE_WIRE)
  for (const place of ['Resources', 'Versions/A/Resources'])
    for (const language of ['en', 'de'])
      write(join(framework, place, `${language}.lproj/locale.pak`), language)
  write(join(contents, 'Resources/electron.icns'), '')
  await writeDefaultApp(join(contents, 'Resources/default_app.asar'), join(framework, 'Resources'))
  for (const name of LICENSES) write(join(folder, name), name)
  write(join(folder, 'version'), electronManifest.version)
}

/** As it comes for Linux and Windows. */
async function makePlainElectron(folder: string, name: string, text: string): Promise<void> {
  for (const file of [...LICENSES, 'icudtl.dat', 'locales/en-US.pak', 'locales/de.pak'])
    write(join(folder, file), file)
  write(join(folder, 'version'), electronManifest.version)
  writeProgram(join(folder, name), text)
  mkdirSync(join(folder, 'resources'))
  await writeDefaultApp(join(folder, 'resources/default_app.asar'), join(folder, 'locales'))
}

/** Read by electron-builder; what is in it does not matter. */
async function writeDefaultApp(archive: string, content: string): Promise<void> {
  await createPackage(content, archive)
}

function makeBundle(contents: string, name: string): void {
  const entries = ['CFBundleExecutable', 'CFBundleName', 'CFBundleDisplayName', 'CFBundleIdentifier'].map(
    (key) => `<key>${key}</key><string>${name}</string>`,
  )
  const plist = `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>${entries.join('')}</dict></plist>\n`
  write(join(contents, 'Info.plist'), plist)
  writeProgram(join(contents, 'MacOS', name), '')
}

function program(main_variable: string): string {
  const register = pathToFileURL(join(STAND_IN, 'register.ts')).href
  return [
    '#!/bin/sh',
    `export STAND_IN_PACKAGED=1 STAND_IN_MAIN="$${main_variable}"`,
    // As with Electron, the app sees the switches of Chromium, too.
    `exec '${process.execPath}' --disable-warning=ExperimentalWarning --import '${register}' '${join(STAND_IN, 'run-main.ts')}' "$@"`,
    FUSE_WIRE,
  ].join('\n')
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function writeProgram(path: string, text: string): void {
  write(path, text)
  chmodSync(path, 0o755)
}
