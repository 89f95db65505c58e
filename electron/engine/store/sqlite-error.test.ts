import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { JobyardError } from '../../../shared/errors.ts'
import { tempDir } from '../../../tests/fakes/temp-dir.ts'
import { storeError } from './sqlite-error.ts'

function thrownBy(act: () => void): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('It should have thrown.')
}

test('a write to a read-only database is STORE_FAILED and says what to do', () => {
  const file = join(tempDir(), 'jobs.db')
  new Database(file).exec('CREATE TABLE a (id)').close()
  const db = new Database(file, { readonly: true })
  const error = storeError(
    thrownBy(() => db.exec('INSERT INTO a VALUES (1)')),
    file,
  )
  db.close()
  expect(error).toMatchObject({ code: 'STORE_FAILED', details: { sqlite: 'SQLITE_READONLY' } })
  expect(error.message).toContain('make it writable')
})

test('a lock of another program is STORE_FAILED', () => {
  const file = join(tempDir(), 'jobs.db')
  const [other, db] = [new Database(file), new Database(file, { timeout: 0 })]
  other.exec('CREATE TABLE a (id); BEGIN EXCLUSIVE')
  const thrown = thrownBy(() => db.exec('INSERT INTO a VALUES (1)'))
  other.close()
  db.close()
  expect(storeError(thrown, file)).toMatchObject({ code: 'STORE_FAILED', details: { sqlite: 'SQLITE_BUSY' } })
})

test('a mistake of ours is INTERNAL, and an error of ours stays what it is', () => {
  const db = new Database(':memory:')
  const thrown = thrownBy(() => db.exec('CREATE TABLE a (id UNIQUE); INSERT INTO a VALUES (1), (1)'))
  expect(storeError(thrown, 'x').code).toBe('INTERNAL')
  expect(storeError(new TypeError('x is undefined'), 'x').code).toBe('INTERNAL')
  const ours = new JobyardError('DATA_CORRUPT', 'A row.')
  expect(storeError(ours, 'x')).toBe(ours)
})
