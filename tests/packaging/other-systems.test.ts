/**
 * The apps for macOS and Windows, as far as electron-builder makes them on Linux around a folder that looks like Electron:
 * what is in them, their fuses, and what they tell the system. They cannot be started here, and nothing is signed.
 */
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeMacElectron, makeWindowsElectron } from './fake-electron.ts'
import { fusesOf, pack, PACK_PATIENCE_MS, packedFiles, WANTED_FUSES } from './packed-app.ts'
import { packedFaults } from './packed-faults.ts'

const NATIVES = { x64: 'darwin-x64.node', arm64: 'darwin-arm64.node' }

/** Packs before the tests of the suite, and removes it after. @returns where the folder is */
function packing(system: 'mac' | 'win', make: (electron: string) => Promise<void>, more: readonly string[]) {
  let folder = ''
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), `jobyard-${system}-`)))
    await make(join(folder, 'electron'))
    await pack(folder, system, more)
  }, PACK_PATIENCE_MS)
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return (...path: readonly string[]): string => join(folder, 'dist', ...path)
}

describe('the app for macOS, as packed', () => {
  const dist = packing('mac', makeMacElectron, [])
  const contents = (arch: 'x64' | 'arm64'): string =>
    dist(arch === 'x64' ? 'mac' : 'mac-arm64', 'Jobyard.app/Contents')
  const paths = (arch: 'x64' | 'arm64') =>
    packedFiles(join(contents(arch), 'Resources')).map(({ path }) => path)

  test('is the same in both halves of what will be one app, with nothing of other systems', () => {
    expect(paths('arm64').toSorted()).toEqual(paths('x64').toSorted())
    // Both binaries: they cannot be told apart in the list that both halves must have.
    const one = packedFiles(join(contents('arm64'), 'Resources')).filter(
      ({ path }) => !path.endsWith(NATIVES.x64),
    )
    expect(packedFaults(one, NATIVES.arm64)).toEqual([])
    expect(paths('x64').filter((path) => path.endsWith('.node'))).toHaveLength(2)
    expect(paths('arm64')).toContain('examples/compress.job.yaml')
  })

  test('has its fuses set, and knows the content of its archive', async () => {
    expect(await fusesOf(dist('mac-arm64', 'Jobyard.app'))).toEqual(WANTED_FUSES)
    const plist = readFileSync(join(contents('arm64'), 'Info.plist'), 'utf8')
    expect(plist).toMatch(/ElectronAsarIntegrity[\s\S]*Resources\/app\.asar[\s\S]*SHA256/)
  })

  test('tells the system what it opens, and brings the command line', () => {
    const plist = readFileSync(join(contents('arm64'), 'Info.plist'), 'utf8')
    expect(plist).toMatch(/CFBundleTypeExtensions<\/key>\s*<array>\s*<string>jobyard</)
    for (const type of ['public.yaml', 'public.json', 'public.shell-script', 'public.folder'])
      expect(plist).toContain(`<string>${type}</string>`)
    expect(statSync(join(contents('arm64'), 'Resources/bin/jobyard')).mode & 0o111).toBe(0o111)
    expect(existsSync(join(contents('arm64'), 'MacOS/Jobyard'))).toBe(true)
  })
})

describe('the app for Windows, as packed', () => {
  // What is written into the program wants a real one.
  const without = ['-c.win.signAndEditExecutable=false', '-c.disableAsarIntegrity=true']
  const dist = packing('win', makeWindowsElectron, without)

  test.each([
    ['win-unpacked', 'win32-x64.node'],
    ['win-arm64-unpacked', 'win32-arm64.node'],
  ])('has in it what is needed, and no more (%s)', async (folder, native) => {
    const files = packedFiles(dist(folder, 'resources'))
    expect(packedFaults(files, native)).toEqual([])
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'bin/jobyard.cmd',
        'examples/compress.job.yaml',
        'out/main/main.js',
        'LICENSE',
      ]),
    )
    expect(await fusesOf(dist(folder, 'Jobyard.exe'))).toEqual(WANTED_FUSES)
  })

  test('has a command that starts the program two folders above it', () => {
    const command = readFileSync(dist('win-unpacked', 'resources/bin/jobyard.cmd'), 'utf8')
    expect(command).toContain('"%~dp0..\\..\\Jobyard.exe" --cli -- %*')
    // cmd.exe loses its way in batch files with other line ends.
    expect(command.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })
})
