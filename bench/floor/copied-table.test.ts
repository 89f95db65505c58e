import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { CopiedTable, copySchema } from './copied-table.ts'

const SCHEMA = `
  CREATE TABLE groups (id INTEGER PRIMARY KEY);
  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY, "group" INTEGER REFERENCES groups (id), name TEXT, loud TEXT AS (upper(name))
  );
  CREATE INDEX jobs_by_name ON jobs (name);
  CREATE TABLE ready (priority INTEGER, job_id INTEGER, PRIMARY KEY (priority, job_id)) WITHOUT ROWID;
  INSERT INTO groups VALUES (1);
  INSERT INTO jobs (id, "group", name) VALUES (11, 1, 'a'), (12, 1, 'b'), (13, 1, 'c');
  INSERT INTO ready VALUES (5, 11), (0, 12), (7, 13);
`
const TABLES = ['jobs.id', 'ready.job_id']

function source(): Database.Database {
  const db = new Database(':memory:')
  db.exec(SCHEMA)
  return db
}

test('copies the rows of job after job into the same tables', () => {
  const from = source()
  const to = new Database(':memory:')
  copySchema(from, to, TABLES, true)
  const tables = TABLES.map((table) => new CopiedTable(from, to, table))
  for (const table of tables) {
    table.load(2)
    table.insert(0, 0.5)
    table.insert(0.5, 1)
  }
  expect(to.prepare('SELECT * FROM jobs').all()).toEqual([
    { id: 11, group: 1, name: 'a', loud: 'A' },
    { id: 12, group: 1, name: 'b', loud: 'B' },
  ])
  expect(to.prepare('SELECT * FROM ready ORDER BY job_id').raw().all()).toEqual([
    [5, 11],
    [0, 12],
  ])
  tables[0]?.load(2)
  tables[0]?.insert(0, 1)
  expect(to.prepare('SELECT max(id) FROM jobs').pluck().get()).toBe(13)
  expect(() => tables[0]?.load(2)).toThrow('no more rows')
})

test.each([true, false])('makes the indexes only when asked for: %s', (indexes) => {
  const to = new Database(':memory:')
  copySchema(source(), to, TABLES, indexes)
  const found = to.prepare("SELECT name FROM sqlite_master WHERE type = 'index'").pluck().all()
  expect(found).toEqual(indexes ? ['jobs_by_name'] : [])
})
