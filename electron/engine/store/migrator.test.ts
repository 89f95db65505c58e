import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { checkSchema, migrate, MIGRATIONS } from './migrator.ts'

/** SHA-256 of each migration. A released one is never edited: add another. */
const RELEASED: readonly string[] = [
  '8c0732e979520632f887870fc23c4259f38d735111da7402323b19b77752c29e',
  'cc4708a542956b7e05b385a27ff23758922c8b866fe8d083c79f2f125fb89d0b',
  '394ba218eede48312bfeff8c1a5b26d07a55ac9179157b0b02492fbd1ffe792d',
  '1852a7f472727bd03404bb68c3dca1b05f2a1d710d87b7569eb68e79d6f945b7',
  '7849fe1bd179e047127b4cff71a950c29109c9003c80d69d03651908b6a68dd9',
  'ebb1462d81edebbe845a2e723b51fe8d6d9c7cf28e40d0e996a611cd55a51ea8',
]

const FIRST = 'CREATE TABLE a (id INTEGER PRIMARY KEY)'
const SECOND = 'ALTER TABLE a ADD COLUMN name TEXT'

test('released migrations are not edited', () => {
  const digests = MIGRATIONS.map((sql) => createHash('sha256').update(sql).digest('hex'))
  expect(digests).toEqual(RELEASED)
})

test('a new database gets all migrations, one that is up to date none', () => {
  const db = new Database(':memory:')
  expect(checkSchema(db)).toBe(0)
  migrate(db)
  expect(checkSchema(db)).toBe(MIGRATIONS.length)
  const before = db.prepare('SELECT sql FROM sqlite_schema').all()
  migrate(db)
  expect(db.prepare('SELECT sql FROM sqlite_schema').all()).toEqual(before)
  expect(db.prepare('SELECT id, name FROM job_group').all()).toEqual([{ id: 1, name: 'default' }])
})

test('an older database gets only what it lacks, and keeps its rows', () => {
  const db = new Database(':memory:')
  migrate(db, [FIRST])
  db.exec('INSERT INTO a VALUES (7)')
  migrate(db, [FIRST, SECOND])
  expect(checkSchema(db, 2)).toBe(2)
  expect(db.prepare('SELECT * FROM a').all()).toEqual([{ id: 7, name: null }])
})

test('a migration that fails half-way leaves the version before it', () => {
  const db = new Database(':memory:')
  const broken = `${SECOND}; CREATE TABLE b (id); INSERT INTO nowhere VALUES (1)`
  expect(() => {
    migrate(db, [FIRST, broken])
  }).toThrow('nowhere')
  expect(checkSchema(db, 2)).toBe(1)
  expect(db.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['a'])
})
