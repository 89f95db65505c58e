import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { JobyardError } from '../../../shared/errors.ts'
import { dataPaths, unusableDataDir } from './data-dir.ts'
import { checkSchema, MIGRATIONS } from './migrator.ts'
import { corruptDatabase } from './sqlite-error.ts'

const BUSY_TIMEOUT_MS = 5_000
const CACHE_KIB = 16_384

/**
 * Opens the database of a data directory for reading only, whether an owner writes it, none does, or one was killed and
 * left its write-ahead log.
 * @returns null where no owner has made a database yet
 * @throws JobyardError DATA_DIR_UNUSABLE, DATA_TOO_NEW, DATA_CORRUPT
 */
export function openForReading(dir: string): Database.Database | null {
  const { database } = dataPaths(dir)
  if (!isThere(dir, dir, 'isDirectory') || !isThere(dir, database, 'isFile')) return null
  return reading(database, () => {
    const { db, version } = prepare(
      new Database(database, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }),
    )
    if (version === MIGRATIONS.length) return db
    db.close()
    // An owner makes the file first and its tables a moment later.
    if (version === 0) return null
    throw new JobyardError(
      'DATA_DIR_UNUSABLE',
      `${database} was written by an older Jobyard. Start this one on the data directory once, which brings it up to date.`,
      { details: { dir, version } },
    )
  })
}

function isThere(dir: string, path: string, kind: 'isDirectory' | 'isFile'): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return false
    if (stats[kind]()) return true
  } catch (error) {
    throw unusableDataDir(dir, error)
  }
  const code = kind === 'isDirectory' ? 'ENOTDIR' : 'EINVAL'
  throw unusableDataDir(dir, Object.assign(new Error(`${path} is not a file`), { code, path }))
}

interface Connection {
  readonly db: Database.Database
  readonly version: number
}

function prepare(db: Database.Database): Connection {
  try {
    db.pragma(`cache_size = -${CACHE_KIB}`)
    db.pragma('temp_store = MEMORY')
    return { db, version: checkSchema(db) }
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Runs a read and turns what SQLite throws into an error of ours.
 * @throws JobyardError DATA_CORRUPT, DATA_DIR_UNUSABLE
 */
export function reading<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw readError(file, error)
  }
}

/** What a read that threw is to be told as; what does not come from SQLite stays as it is. */
export function readError(file: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  if (/^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(error.code)) return corruptDatabase(file, error.message, error)
  // Also for reading, SQLite shares an index of the write-ahead log with the writer, in a file beside it.
  const isReadOnly = /^SQLITE_(CANTOPEN|READONLY)/.test(error.code)
  const advice = isReadOnly
    ? 'Make its folder writable, or copy the whole folder to where you may write'
    : 'Check its permissions and the disk, and try again'
  return new JobyardError('DATA_DIR_UNUSABLE', `${file} cannot be read (${error.message}). ${advice}.`, {
    cause: error,
    details: { file, sqlite: error.code },
  })
}
