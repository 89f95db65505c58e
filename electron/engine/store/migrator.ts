import type { Database } from 'better-sqlite3'
import { JobyardError } from '../../../shared/errors.ts'
import { SCHEMA_0001 } from './migrations/0001-schema.ts'
import { SCHEMA_0002 } from './migrations/0002-limits-and-schedules.ts'
import { SCHEMA_0003 } from './migrations/0003-sweeps.ts'
import { SCHEMA_0004 } from './migrations/0004-need-values.ts'
import { SCHEMA_0005 } from './migrations/0005-watch-folders.ts'
import { SCHEMA_0006 } from './migrations/0006-finish-hooks.ts'
import { corruptDatabase } from './sqlite-error.ts'

/** Written into the header of the file (`PRAGMA application_id`): "JYrd". */
const APPLICATION_ID = 0x4a_59_72_64

/** In order, each applied once. Append only: what was released is never edited (a test holds their digests). */
export const MIGRATIONS: readonly string[] = [
  ...[SCHEMA_0001, SCHEMA_0002, SCHEMA_0003, SCHEMA_0004, SCHEMA_0005, SCHEMA_0006],
]

function numberPragma(db: Database, name: 'user_version' | 'application_id'): number {
  return Number(db.pragma(name, { simple: true }))
}

/**
 * Looks whether this program can work with the database, without writing to it.
 * @returns the version of its schema; 0: it is empty
 * @throws JobyardError DATA_TOO_NEW, DATA_CORRUPT (it belongs to another program)
 */
export function checkSchema(db: Database, latest: number = MIGRATIONS.length): number {
  const version = numberPragma(db, 'user_version')
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (isEmpty && version === 0) return 0
  if (numberPragma(db, 'application_id') !== APPLICATION_ID) {
    throw corruptDatabase(db.name, 'it belongs to another program')
  }
  if (version > latest) {
    throw new JobyardError(
      'DATA_TOO_NEW',
      `${db.name} was written by a newer Jobyard (schema ${version}, this one knows ${latest}). ` +
        `Install the newer version, or use another data directory.`,
      { details: { file: db.name, version, latest } },
    )
  }
  return version
}

/**
 * Brings the schema up to date, each migration in a transaction of its own.
 * @throws JobyardError DATA_TOO_NEW, DATA_CORRUPT
 */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  const version = checkSchema(db, migrations.length)
  migrations.forEach((sql, index) => {
    if (index < version) return
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`application_id = ${APPLICATION_ID}`)
      db.pragma(`user_version = ${index + 1}`)
    }).immediate()
  })
}
