import Database from 'better-sqlite3'
import { JobyardError } from '../../../shared/errors.ts'

/** SQLite's families of codes that say "the disk did not take it"; each has longer codes behind an underscore. */
const DISK_FAULTS: Readonly<Record<string, string>> = {
  FULL: 'the disk is full; free some space',
  IOERR: 'the disk reported an input/output error; check it',
  READONLY: 'the database file or its folder is read-only; make it writable',
  CANTOPEN: 'the database file or its folder cannot be opened; check that it is there and may be written',
  PERM: 'the database file may not be accessed; check its permissions',
  BUSY: 'another program holds a lock on the database; close it',
  LOCKED: 'the database is locked by another statement',
  NOMEM: 'memory ran out',
  NOLFS: 'the file system does not take files of this size',
  PROTOCOL: 'another program interferes with the locks of the database',
}

const DAMAGE: ReadonlySet<string> = new Set(['CORRUPT', 'NOTADB', 'FORMAT'])

/** `SQLITE_IOERR_WRITE` → `IOERR`; null where it did not come from SQLite. */
function family(thrown: unknown): string | null {
  if (!(thrown instanceof Database.SqliteError)) return null
  return thrown.code.split('_')[1] ?? null
}

/** What to tell a person whose database cannot be read. */
export function corruptDatabase(file: string, why: string, cause?: unknown): JobyardError {
  return new JobyardError(
    'DATA_CORRUPT',
    `The database ${file} cannot be used: ${why}. Restore it from a copy, or move it away to start with an empty one ` +
      `("sqlite3 FILE .recover" may save what it holds).`,
    { cause, details: { file } },
  )
}

/**
 * Turns what a statement threw into an error of ours: STORE_FAILED where the disk refused, DATA_CORRUPT where the file is
 * damaged, INTERNAL where we asked for something impossible.
 */
export function storeError(thrown: unknown, file: string): JobyardError {
  if (thrown instanceof JobyardError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const code = family(thrown)
  if (code !== null && DAMAGE.has(code)) return corruptDatabase(file, message, thrown)
  const reason = code === null ? undefined : DISK_FAULTS[code]
  if (reason !== undefined) {
    return new JobyardError('STORE_FAILED', `Nothing was written to ${file}: ${reason} (${message}).`, {
      cause: thrown,
      details: { file, sqlite: thrown instanceof Database.SqliteError ? thrown.code : null },
    })
  }
  return new JobyardError('INTERNAL', `The store failed: ${message}. This is a bug in Jobyard.`, {
    cause: thrown,
  })
}
