import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JobyardError } from '../../../shared/errors.ts'

/** Of a path, with its end: the shortest that a system of ours takes. */
const MAX_PATH_BYTES = 103
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
const NAME_BYTES = 12

/** What of the surrounding system the place depends on. */
export interface SocketSystem {
  readonly platform: NodeJS.Platform
  readonly runtime_dir: string | undefined
  readonly temp_dir: string
  /** Where the other two are too deep. */
  readonly short_dir: string
  /** -1 on Windows. */
  readonly uid: number
}

function thisSystem(): SocketSystem {
  return {
    platform: process.platform,
    runtime_dir: process.env['XDG_RUNTIME_DIR'],
    temp_dir: tmpdir(),
    short_dir: '/tmp',
    uid: process.getuid?.() ?? -1,
  }
}

/**
 * Where the owner of a data directory listens: in a folder of this user alone, which is made. On Windows, whose pipes have
 * no folders, the name cannot be guessed and so not be taken by others.
 * @throws JobyardError UNSUPPORTED_PLATFORM where there is no safe place
 */
export function newSocketAddress(data_dir: string, system: SocketSystem = thisSystem()): string {
  const name = createHash('sha256')
    .update(realpathSync(data_dir))
    .digest('hex')
    .slice(0, 2 * NAME_BYTES)
  if (system.platform === 'win32') {
    return `\\\\.\\pipe\\jobyard-${name}-${randomBytes(NAME_BYTES).toString('hex')}`
  }
  for (const folder of candidates(system)) {
    const path = join(folder, `${name}.sock`)
    if (Buffer.byteLength(path) <= MAX_PATH_BYTES && isOurs(folder, system.uid)) return path
  }
  throw new JobyardError(
    'UNSUPPORTED_PLATFORM',
    'There is no folder for a local socket that is this user’s alone: check XDG_RUNTIME_DIR and TMPDIR.',
  )
}

function candidates({ runtime_dir, temp_dir, short_dir, uid }: SocketSystem): string[] {
  const own = `jobyard-${uid}`
  const runtime = runtime_dir === undefined || runtime_dir === '' ? [] : [join(runtime_dir, 'jobyard')]
  return [...runtime, join(temp_dir, own), join(short_dir, own)]
}

/** Makes the folder; false where it cannot be made, or others could put something there. */
function isOurs(folder: string, uid: number): boolean {
  try {
    mkdirSync(folder, { mode: FOLDER_MODE })
  } catch {
    // It is there, or the next look fails.
  }
  const stats = lstatSync(folder, { throwIfNoEntry: false })
  return stats?.isDirectory() === true && stats.uid === uid && (stats.mode & 0o077) === 0
}

/** The owner's environment may be another than ours (a service, a session of its own), so it writes the place down. */
function noteFile(data_dir: string): string {
  return join(data_dir, 'owner.socket')
}

export function noteSocketAddress(data_dir: string, address: string): void {
  const file = noteFile(data_dir)
  writeFileSync(`${file}.new`, `${address}\n`, { mode: FILE_MODE })
  renameSync(`${file}.new`, file)
}

export function forgetSocketAddress(data_dir: string): void {
  rmSync(noteFile(data_dir), { force: true })
}

/** Where the owner listens, or the one before it that was killed; null: nobody has said so. */
export function notedSocketAddress(data_dir: string): string | null {
  try {
    const address = readFileSync(noteFile(data_dir), 'utf8').trimEnd()
    return address === '' ? null : address
  } catch {
    return null
  }
}
