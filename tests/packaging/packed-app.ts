/** Packing by electron-builder around a folder that looks like Electron, and reading what came out. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { listPackage, statFile } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import type { PackedFile } from './packed-faults.ts'

export const ROOT = resolve(import.meta.dirname, '../..')
/** A machine that is busy with other things takes its time. */
export const PACK_PATIENCE_MS = 180_000

export interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  const { cwd, env = process.env } = options
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const pipe of [child.stdout, child.stderr])
    pipe.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

/** As `npm run dist` does, without installers, into `dist` of the folder. @throws Error where it fails */
export async function pack(
  folder: string,
  system: 'linux' | 'mac' | 'win',
  more: readonly string[] = [],
): Promise<void> {
  const where = [
    `-c.electronDist=${join(folder, 'electron')}`,
    `-c.directories.output=${join(folder, 'dist')}`,
  ]
  const args = [join(ROOT, 'scripts/dist.ts'), `--${system}`, '--dir', '--x64', '--arm64', ...where, ...more]
  const { code, output } = await run(process.execPath, args, { cwd: folder })
  if (code !== 0) throw new Error(`electron-builder failed:\n${output}`)
}

/** Everything in the archive of these resources, and what lies beside it. */
export function packedFiles(resources: string): PackedFile[] {
  const archive = join(resources, 'app.asar')
  const inside = listPackage(archive, { isPack: false }).flatMap((path): PackedFile[] => {
    const entry = statFile(archive, path.slice(1))
    return 'size' in entry ? [{ path: path.slice(1).replaceAll(sep, '/'), bytes: entry.size }] : []
  })
  const beside = readdirSync(resources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.asar'))
    .map((entry) => join(entry.parentPath, entry.name))
    // What was taken out of the archive is listed there, too.
    .filter((path) => !path.includes('app.asar.unpacked'))
    .map((path) => ({
      path: path.slice(resources.length + 1).replaceAll(sep, '/'),
      bytes: statSync(path).size,
    }))
  return [...inside, ...beside]
}

/** Names of the fuses that are on, and of those that are off, of the ones that electron-builder.yml sets. */
export async function fusesOf(program: string): Promise<{ on: readonly string[]; off: readonly string[] }> {
  const wire = await getCurrentFuseWire(program)
  const {
    RunAsNode,
    EnableCookieEncryption,
    EnableNodeOptionsEnvironmentVariable,
    EnableNodeCliInspectArguments,
    EnableEmbeddedAsarIntegrityValidation,
    OnlyLoadAppFromAsar,
    GrantFileProtocolExtraPrivileges,
  } = FuseV1Options
  const fuses = [
    RunAsNode,
    EnableCookieEncryption,
    EnableNodeOptionsEnvironmentVariable,
    EnableNodeCliInspectArguments,
    EnableEmbeddedAsarIntegrityValidation,
    OnlyLoadAppFromAsar,
    GrantFileProtocolExtraPrivileges,
  ]
  const those = (state: string): string[] =>
    fuses.filter((fuse) => String.fromCharCode(wire[fuse] ?? 0) === state).map((fuse) => FuseV1Options[fuse])
  return { on: those('1'), off: those('0') }
}

/** As they must be in everything that is given out. */
export const WANTED_FUSES = {
  on: ['EnableCookieEncryption', 'EnableEmbeddedAsarIntegrityValidation', 'OnlyLoadAppFromAsar'],
  off: [
    'RunAsNode',
    'EnableNodeOptionsEnvironmentVariable',
    'EnableNodeCliInspectArguments',
    'GrantFileProtocolExtraPrivileges',
  ],
} as const
