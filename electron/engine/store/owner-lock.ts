import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { JobyardError } from '../../../shared/errors.ts'
import { dataPaths, unusableDataDir } from './data-dir.ts'

/** The programs around the engine that can own a data directory. */
export const OWNER_HOSTS = ['cli', 'app', 'serve'] as const
export type OwnerHost = (typeof OWNER_HOSTS)[number]

/** Who owns a data directory. Null where the owner has not said so yet, or its file was damaged. */
export interface Owner {
  readonly pid: number | null
  readonly started_ms: number | null
  readonly host: OwnerHost | null
  readonly version: string | null
}

export interface OwnerLock {
  /** Gives the data directory free. May be called twice. */
  release(): void
}

/**
 * A tool that looks whether there is an owner holds the lock for a moment, and two starters may meet half-way: one
 * attempt waits so long, which is enough for both to be over.
 */
const ATTEMPT_MS = 200
/** So long the name of the owner is waited for, which is written just after its lock was taken. */
const NAME_DEADLINE_MS = 1_000
const FILE_MODE = 0o600

const ownerSchema = z.object({
  pid: z.int().positive(),
  started_ms: z.int(),
  host: z.enum(OWNER_HOSTS),
  version: z.string().nullable(),
})

const NOBODY_KNOWN: Owner = { pid: null, started_ms: null, host: null, version: null }

/** A connection that is collected as garbage closes, and the lock with it: whoever holds one is remembered here. */
const held = new Set<Database.Database>()

/**
 * Becomes the one owner of a data directory (which is there, see `prepareDataDir`).
 *
 * The lock is SQLite's own, on a file that holds nothing: an exclusive transaction that is never finished. The system lets
 * go of it whenever and however this process ends, so there are no stale locks, and no pid is ever guessed at; a process
 * that is stopped keeps it. The systems' file locks belong to a process, and closing any descriptor of the file would
 * drop them: nothing but SQLite, which knows of this, may open the file.
 * @param version of the program, for people
 * @throws JobyardError DATA_DIR_OWNED (details: pid, host, started_ms, each null where it is not known), DATA_DIR_UNUSABLE
 */
export function acquireOwnerLock(dir: string, host: OwnerHost, version: string | null = null): OwnerLock {
  const paths = dataPaths(dir)
  const deadline = performance.now() + NAME_DEADLINE_MS
  let db = tryLock(dir, paths.lock)
  while (db === null) {
    const owner = readOwnerFile(paths.owner)
    // What an owner left that was killed is there until the next has written its own.
    if ((owner.pid !== null && isAlive(owner.pid)) || performance.now() > deadline) throw owned(dir, owner)
    db = tryLock(dir, paths.lock)
  }
  held.add(db)
  try {
    writeOwnerFile(paths.owner, { pid: process.pid, started_ms: Date.now(), host, version })
  } catch (error) {
    letGo(db)
    throw unusableDataDir(dir, error)
  }
  return new HeldLock(db, paths.owner)
}

class HeldLock implements OwnerLock {
  readonly #db: Database.Database
  readonly #ownerFile: string

  constructor(db: Database.Database, ownerFile: string) {
    this.#db = db
    this.#ownerFile = ownerFile
  }

  release(): void {
    if (!held.has(this.#db)) return
    // First the name, while nobody else can have written theirs.
    try {
      rmSync(this.#ownerFile, { force: true })
    } catch {
      // Without the lock the name counts for nothing, so it may stay.
    }
    letGo(this.#db)
  }
}

function letGo(db: Database.Database): void {
  held.delete(db)
  db.close()
}

/** @returns the connection that holds the lock; null where another has it */
function tryLock(dir: string, file: string): Database.Database | null {
  let db: Database.Database | null = null
  try {
    db = new Database(file, { timeout: ATTEMPT_MS })
    // Nothing is written, so that no journal is left behind for others to roll back.
    db.pragma('journal_mode = OFF')
    db.pragma('locking_mode = EXCLUSIVE')
    db.exec('BEGIN EXCLUSIVE')
    return db
  } catch (error) {
    db?.close()
    if (isBusy(error)) return null
    throw unusableLock(dir, file, error)
  }
}

/**
 * The owner of a data directory that lives now; null where there is none, or no data directory. Takes the lock for
 * reading for some microseconds, which no starter minds.
 * @throws JobyardError DATA_DIR_UNUSABLE where it cannot be told
 */
export function readOwner(dir: string): Owner | null {
  const paths = dataPaths(dir)
  let db: Database.Database | null = null
  try {
    if (statSync(paths.lock, { throwIfNoEntry: false }) === undefined) return null
    db = new Database(paths.lock, { readonly: true, timeout: 0 })
    db.prepare('SELECT 1 FROM sqlite_schema').get()
    return null
  } catch (error) {
    if (isBusy(error)) return readOwnerFile(paths.owner)
    throw unusableLock(dir, paths.lock, error)
  } finally {
    db?.close()
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_BUSY')
}

/** True also for a process of another user. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function readOwnerFile(file: string): Owner {
  try {
    const parsed = ownerSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return parsed.data ?? NOBODY_KNOWN
  } catch {
    return NOBODY_KNOWN
  }
}

/** Whole or not at all: a reader never sees half of it. */
function writeOwnerFile(file: string, owner: Owner): void {
  const fresh = `${file}.new`
  writeFileSync(fresh, `${JSON.stringify(owner)}\n`, { mode: FILE_MODE })
  renameSync(fresh, file)
}

const HOST_NAMES: Readonly<Record<OwnerHost, string>> = {
  cli: 'the command line',
  app: 'the app',
  serve: 'the web host',
}

function owned(dir: string, owner: Owner): JobyardError {
  const pid = owner.pid === null ? 'another process' : `process ${owner.pid}`
  const host = owner.host === null ? '' : ` (${HOST_NAMES[owner.host]} of Jobyard)`
  return new JobyardError(
    'DATA_DIR_OWNED',
    `The data directory ${dir} is in use by ${pid}${host}. Stop it first, or name another directory with --data.`,
    { details: { dir, pid: owner.pid, host: owner.host, started_ms: owner.started_ms } },
  )
}

function unusableLock(dir: string, file: string, thrown: unknown): JobyardError {
  if (!(thrown instanceof Database.SqliteError)) return unusableDataDir(dir, thrown)
  const damaged = thrown.code === 'SQLITE_NOTADB' || thrown.code === 'SQLITE_CORRUPT'
  const advice = damaged
    ? 'It is not what Jobyard made; remove it while no Jobyard runs on this directory'
    : 'Check the permissions of the file and its folder, and that the file system has file locks'
  return new JobyardError(
    'DATA_DIR_UNUSABLE',
    `The lock file ${file} cannot be used (${thrown.message}). ${advice}, or name another directory with --data.`,
    { cause: thrown, details: { dir, sqlite: thrown.code } },
  )
}
