import { closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, posix, win32 } from 'node:path'
import { JobyardError } from '../../../shared/errors.ts'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
/** One block: smaller files may fit into the inode and say nothing about a full disk. */
const PROBE_BYTES = 4_096

/** What of the surrounding system the default data directory depends on. */
export interface DataDirSystem {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly cwd: string
}

/** Everything that stands in a data directory. All paths are absolute where `dir` is. */
export interface DataPaths {
  readonly dir: string
  /** The database; SQLite keeps a `-wal` and a `-shm` file beside it. */
  readonly database: string
  /** Locked for as long as the owner lives; see owner-lock.ts. Never open it but through SQLite. */
  readonly lock: string
  /** Who the owner is, for people and tools. */
  readonly owner: string
  /** What attempts printed; see `logFileName` in shared/log-format.ts. */
  readonly logs: string
  /** Stored scripts, each named by the SHA-256 of its content. */
  readonly scripts: string
  /** Results too large for a message, on their way into the database. */
  readonly results: string
  /** Start files of the workers. */
  readonly starts: string
  /** Orders too large for a message, on their way to a worker. */
  readonly spool: string
  /** Drops whose files were sent as content or pasted, one folder each: their jobs run there. */
  readonly uploads: string
  /** Recipes, one file each, as people wrote them. */
  readonly recipes: string
}

function thisSystem(): DataDirSystem {
  return { platform: process.platform, env: process.env, home: homeOrNone(), cwd: process.cwd() }
}

/** `homedir` throws where the user has no entry in the system's list of users, as in some containers. */
function homeOrNone(): string {
  try {
    return homedir()
  } catch {
    return ''
  }
}

/**
 * The data directory to use: `explicit` (as given on the command line) first, then JOBYARD_DATA, then the platform's
 * convention. Relative paths count from the working directory.
 * @throws JobyardError DATA_DIR_UNUSABLE where there is no home folder to put it in
 */
export function resolveDataDir(explicit?: string, system: DataDirSystem = thisSystem()): string {
  const path = system.platform === 'win32' ? win32 : posix
  const chosen = explicit ?? system.env['JOBYARD_DATA']
  // An empty variable counts as none, like everywhere in the XDG conventions.
  if (chosen !== undefined && chosen !== '') return path.resolve(system.cwd, chosen)
  return path.join(...conventionalPlace(system))
}

function conventionalPlace(system: DataDirSystem): [string, ...string[]] {
  switch (system.platform) {
    case 'win32': {
      const roaming = absolute(system.env['APPDATA'], win32)
      return roaming === null ? [homeOf(system), 'AppData', 'Roaming', 'Jobyard'] : [roaming, 'Jobyard']
    }
    case 'darwin':
      return [homeOf(system), 'Library', 'Application Support', 'Jobyard']
    default: {
      const data = absolute(system.env['XDG_DATA_HOME'], posix)
      return data === null ? [homeOf(system), '.local', 'share', 'jobyard'] : [data, 'jobyard']
    }
  }
}

/** The XDG rules: a value that is empty or relative is to be ignored. */
function absolute(value: string | undefined, path: typeof posix): string | null {
  return value !== undefined && path.isAbsolute(value) ? value : null
}

function homeOf(system: DataDirSystem): string {
  const path = system.platform === 'win32' ? win32 : posix
  if (path.isAbsolute(system.home)) return system.home
  throw new JobyardError(
    'DATA_DIR_UNUSABLE',
    'There is no home folder to keep data in. Name a data directory with --data or JOBYARD_DATA.',
  )
}

/** Names everything in the data directory `dir`. Touches nothing. */
export function dataPaths(dir: string): DataPaths {
  return {
    dir,
    database: join(dir, 'jobyard.db'),
    lock: join(dir, 'owner.lock.db'),
    owner: join(dir, 'owner.json'),
    logs: join(dir, 'logs'),
    scripts: join(dir, 'scripts'),
    results: join(dir, 'results'),
    starts: join(dir, 'starts'),
    spool: join(dir, 'spool'),
    uploads: join(dir, 'uploads'),
    recipes: join(dir, 'recipes'),
  }
}

/**
 * Makes the data directory and its folders where they are not there (for this user alone: specs hold environments), and
 * tries whether files can be written. A folder that is there already keeps its permissions.
 * @throws JobyardError DATA_DIR_UNUSABLE
 */
export function prepareDataDir(dir: string): void {
  const paths = dataPaths(dir)
  try {
    const { logs, scripts, results, starts, spool, uploads, recipes } = paths
    for (const folder of [dir, logs, scripts, results, starts, spool, uploads, recipes]) makeFolder(folder)
    probe(join(dir, `.probe-${process.pid}`))
  } catch (error) {
    throw unusableDataDir(dir, error)
  }
}

/**
 * Makes a folder and those above it, for this user alone unless another mode is given. Not `mkdirSync` with `recursive`: that never returns where a file system denies a
 * folder with ENOENT below one that is there, as /proc does.
 */
export function makeFolder(folder: string, mode = FOLDER_MODE): void {
  if (isFolder(folder)) return
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST' && isFolder(folder)) return
    const above = dirname(folder)
    if (code !== 'ENOENT' || above === folder || isFolder(above)) throw error
    makeFolder(above, mode)
    makeFolder(folder, mode)
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function codeOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : null
}

/** Writes a block and removes it: permissions alone do not tell a read-only or a full disk. */
function probe(file: string): void {
  const fd = openSync(file, 'w', FILE_MODE)
  try {
    writeSync(fd, Buffer.alloc(PROBE_BYTES))
  } finally {
    closeSync(fd)
    rmSync(file, { force: true })
  }
}

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  ENOTDIR: 'a part of the path is a file, not a folder. Remove that file',
  EEXIST: 'there is a file of that name. Remove it',
  EACCES: 'you have no permission to write there. Change the permissions of the folder',
  EPERM: 'you have no permission to write there. Change the permissions of the folder',
  EROFS: 'the file system is read-only. Make it writable',
  ENOSPC: 'the disk is full. Free some space',
  EDQUOT: 'your quota on this disk is used up. Free some space',
  ENOENT: 'a part of the path does not exist and cannot be made. Create the folder yourself',
  ELOOP: 'the path is a link that leads to itself. Remove the link',
  ENAMETOOLONG: 'the path is too long. Use a shorter one',
}

/**
 * What to tell a person whose data directory cannot be used; `thrown` comes from the file system.
 * @returns an error DATA_DIR_UNUSABLE, with the system's code in `details.errno`
 */
export function unusableDataDir(dir: string, thrown: unknown): JobyardError {
  const errno = codeOf(thrown)
  const path = thrown instanceof Error && 'path' in thrown ? String(thrown.path) : dir
  const where = path === dir || path.startsWith(join(dir, '.probe-')) ? '' : ` (at ${path})`
  const told = errno === null ? undefined : WHAT_TO_DO[errno]
  const why = told ?? `${thrown instanceof Error ? thrown.message : String(thrown)}. Check the folder`
  return new JobyardError(
    'DATA_DIR_UNUSABLE',
    `The data directory ${dir} cannot be used${where}: ${why}, or name another with --data or JOBYARD_DATA.`,
    { cause: thrown, details: { dir, errno } },
  )
}
