import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { tempDir } from '../../../tests/fakes/temp-dir.ts'
import type { DatabaseOptions } from './database.ts'
import { openDatabase } from './database.ts'
import { MIGRATIONS } from './migrator.ts'

function open(options: DatabaseOptions): Database.Database {
  const db = openDatabase(options)
  onTestFinished(() => {
    db.close()
  })
  return db
}

function newFile(): string {
  return join(tempDir(), 'jobs.db')
}

/** `PRAGMA synchronous` answers with a number. */
const FULL = 2
const NORMAL = 1

function durability(db: Database.Database): unknown[] {
  return ['journal_mode', 'synchronous', 'fullfsync', 'checkpoint_fullfsync'].map((name) =>
    db.pragma(name, { simple: true }),
  )
}

test('a writing connection is durable: WAL, synchronous FULL, and fullfsync for macOS', () => {
  expect(durability(open({ file: newFile() }))).toEqual(['wal', FULL, 1, 1])
})

test('a writing connection is NORMAL only where the option or the stored setting says so', () => {
  const file = newFile()
  expect(durability(open({ file, synchronous: 'NORMAL' }))).toEqual(['wal', NORMAL, 1, 1])
  const db = open({ file })
  expect(durability(db)).toEqual(['wal', FULL, 1, 1])
  const write = db.prepare(`INSERT OR REPLACE INTO meta VALUES ('synchronous', ?)`)
  write.run('NORMAL')
  expect(durability(open({ file }))).toEqual(['wal', NORMAL, 1, 1])
  expect(durability(open({ file, synchronous: 'FULL' }))).toEqual(['wal', FULL, 1, 1])
  write.run('nonsense')
  expect(durability(open({ file }))).toEqual(['wal', FULL, 1, 1])
})

test('a file that is no database is DATA_CORRUPT, and is left as it is', () => {
  const file = newFile()
  writeFileSync(file, 'These are the minutes of our last meeting.'.repeat(100))
  expect(() => openDatabase({ file })).toThrow(
    expect.objectContaining({
      code: 'DATA_CORRUPT',
      message: expect.stringContaining('move it away') as string,
    }),
  )
})

test('a database with a damaged page is DATA_CORRUPT', () => {
  const file = newFile()
  const db = openDatabase({ file })
  db.pragma('wal_checkpoint(TRUNCATE)')
  const size = Number(db.pragma('page_count', { simple: true })) * 4096
  db.close()
  const whole = Buffer.alloc(size, 0xa5)
  writeFileSync(file, Buffer.concat([readHeader(file), whole.subarray(100)]))
  expect(() => openDatabase({ file })).toThrow(expect.objectContaining({ code: 'DATA_CORRUPT' }))
})

function readHeader(file: string): Buffer {
  const db = new Database(file, { readonly: true })
  const header = db.serialize().subarray(0, 100)
  db.close()
  return Buffer.from(header)
}

test('the database of another program is DATA_CORRUPT, and nothing is written to it', () => {
  const file = newFile()
  const other = new Database(file)
  other.exec('CREATE TABLE bookmarks (url TEXT)')
  other.close()
  expect(() => openDatabase({ file })).toThrow(expect.objectContaining({ code: 'DATA_CORRUPT' }))
  const again = new Database(file)
  expect(again.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['bookmarks'])
  expect(again.pragma('journal_mode', { simple: true })).toBe('delete')
  again.close()
})

test('the database of a newer Jobyard is DATA_TOO_NEW', () => {
  const file = newFile()
  const db = openDatabase({ file })
  db.pragma(`user_version = ${MIGRATIONS.length + 1}`)
  db.close()
  expect(() => openDatabase({ file })).toThrow(expect.objectContaining({ code: 'DATA_TOO_NEW' }))
})

test('a folder that is not there is DATA_DIR_UNUSABLE', () => {
  const file = join(tempDir(), 'nowhere', 'jobs.db')
  expect(() => openDatabase({ file })).toThrow(expect.objectContaining({ code: 'DATA_DIR_UNUSABLE' }))
})

test('a path that is a folder is DATA_DIR_UNUSABLE', () => {
  expect(() => openDatabase({ file: tempDir() })).toThrow(
    expect.objectContaining({ code: 'DATA_DIR_UNUSABLE' }),
  )
})

test('the log has its full length from the start, so that commits write over it', () => {
  const file = newFile()
  const db = open({ file })
  const laid_out = statSync(`${file}-wal`).size
  expect(laid_out).toBeGreaterThan(16_000_000)
  db.exec(`INSERT INTO meta VALUES ('data_id', 'x')`)
  expect(statSync(`${file}-wal`).size).toBe(laid_out)
  // It is no part of the database.
  expect(Number(db.pragma('page_count', { simple: true }))).toBeLessThan(100)
  expect(db.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'padding'`).pluck().get()).toBe(0)
})
