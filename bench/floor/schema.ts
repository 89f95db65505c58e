import type Database from 'better-sqlite3'

/** Most jobs that one transaction of the floor takes of a kind: the size the issue names. */
export const GROUP_MAX = 256

/**
 * The least that keeps a job, its claim and its attempt with the result. Rows are only ever inserted, and leases deleted
 * again: that is the cheapest layout measured. `ready` (live jobs clustered by priority) exists for the priorities alone.
 */
const TABLES = `
  CREATE TABLE jobs (id INTEGER PRIMARY KEY, priority INTEGER NOT NULL, spec TEXT NOT NULL);
  CREATE TABLE leases (job_id INTEGER PRIMARY KEY, worker INTEGER NOT NULL, claimed_at INTEGER NOT NULL);
  CREATE TABLE attempts (
    id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL, number INTEGER NOT NULL, worker INTEGER NOT NULL,
    claimed_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, state TEXT NOT NULL, result TEXT NOT NULL
  );
  CREATE TABLE ready (priority INTEGER NOT NULL, job_id INTEGER NOT NULL, PRIMARY KEY (priority, job_id)) WITHOUT ROWID;
`

/** WAL and FULL, as our store is measured; `fullfsync` because macOS otherwise leaves the data in the disk's cache. */
export function setPragmas(db: Database.Database): void {
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('fullfsync = 1')
}

/** Makes the floor's tables in a new database. */
export function createTables(db: Database.Database): void {
  setPragmas(db)
  db.exec(TABLES)
}
