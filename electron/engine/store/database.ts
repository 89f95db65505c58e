import Database from 'better-sqlite3'
import { JobyardError } from '../../../shared/errors.ts'
import { migrate } from './migrator.ts'
import { storeError } from './sqlite-error.ts'
import { SYNCHRONOUS } from './synchronous.ts'
import type { Synchronous } from './synchronous.ts'

const BUSY_TIMEOUT_MS = 5_000
const CACHE_KIB = 16_384
/** Pages in the log before they are moved to the database: 16 MiB. Under load most are written again before that. */
const AUTOCHECKPOINT_PAGES = 4_000
/** One huge action may grow the log; afterwards the file is cut back to this. */
const LOG_SIZE_LIMIT_BYTES = 64 * 1024 * 1024

export interface DatabaseOptions {
  readonly file: string
  /** Missing: what the database's own setting says, else FULL. */
  readonly synchronous?: Synchronous | undefined
  /** The database refuses to grow over so many pages of 4 KiB, as on a full disk. */
  readonly max_pages?: number | undefined
}

/**
 * Opens the writing connection and brings the schema up to date.
 * @throws JobyardError DATA_TOO_NEW, DATA_CORRUPT, STORE_FAILED, DATA_DIR_UNUSABLE
 */
export function openDatabase(options: DatabaseOptions): Database.Database {
  const db = create(options.file)
  try {
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
    setDurability(db, 'FULL')
    migrate(db)
    db.pragma('journal_mode = WAL')
    layOutLog(db)
    db.pragma(`cache_size = -${CACHE_KIB}`)
    db.pragma('temp_store = MEMORY')
    db.pragma('foreign_keys = OFF')
    db.pragma(`wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`)
    db.pragma(`journal_size_limit = ${LOG_SIZE_LIMIT_BYTES}`)
    if (options.max_pages !== undefined) db.pragma(`max_page_count = ${options.max_pages}`)
    setDurability(db, options.synchronous ?? storedSynchronous(db))
    return db
  } catch (error) {
    db.close()
    throw storeError(error, options.file)
  }
}

/**
 * Gives the log its full length from the start. A commit that writes over what is there takes about half as long as one
 * that makes the file longer, because the disk need not note a new length. The pages of a transaction that is larger than
 * the cache go to the log before it ends; rolled back, they mean nothing to anybody.
 */
function layOutLog(db: Database.Database): void {
  const pageBytes = Number(db.pragma('page_size', { simple: true }))
  db.pragma('cache_size = 10')
  try {
    db.exec('BEGIN IMMEDIATE; CREATE TABLE padding (bytes BLOB)')
    db.prepare('INSERT INTO padding VALUES (zeroblob(?))').run(AUTOCHECKPOINT_PAGES * pageBytes)
  } catch {
    // A full disk: the log grows as far as it can.
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK')
  }
}

function create(file: string): Database.Database {
  try {
    return new Database(file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new JobyardError(
      'DATA_DIR_UNUSABLE',
      `${file} cannot be opened (${reason}). Check that its folder is there and may be written, or choose another.`,
      { cause: error, details: { file } },
    )
  }
}

/**
 * Both are needed on every writing connection: better-sqlite3 is compiled with NORMAL for WAL, and without fullfsync
 * macOS leaves what was "written" in the disk's cache. Not inside a transaction.
 */
export function setDurability(db: Database.Database, synchronous: Synchronous): void {
  db.pragma(`synchronous = ${synchronous}`)
  db.pragma('fullfsync = 1')
  db.pragma('checkpoint_fullfsync = 1')
}

export function storedSynchronous(db: Database.Database): Synchronous {
  const value: unknown = db.prepare(`SELECT value FROM meta WHERE key = 'synchronous'`).pluck().get()
  return SYNCHRONOUS.find((known) => known === value) ?? 'FULL'
}
