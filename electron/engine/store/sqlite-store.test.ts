import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { tempDir } from '../../../tests/fakes/temp-dir.ts'
import { openDatabase } from './database.ts'
import type { DatabaseOptions } from './database.ts'
import { SqliteStore } from './sqlite-store.ts'

function open(more: Partial<DatabaseOptions> = {}) {
  const options = { file: join(tempDir(), 'jobs.db'), ...more }
  const db = openDatabase(options)
  const store = new SqliteStore(options, db)
  onTestFinished(() => {
    store.close()
  })
  const set = (value: string): unknown => {
    store.commit([{ type: 'set-meta', key: 'synchronous', value }])
    return db.pragma('synchronous', { simple: true })
  }
  return { db, store, set }
}

test('the setting for durability takes effect with the commit that changes it', () => {
  const { set, db } = open()
  const [full, normal] = [2, 1]
  expect(set('NORMAL')).toBe(normal)
  expect(set('FULL')).toBe(full)
  expect(set('NORMAL')).toBe(normal)
  expect(set('nonsense')).toBe(full)
  expect(db.pragma('fullfsync', { simple: true })).toBe(1)
})

test('who opens the store with a fixed durability keeps it', () => {
  const { set } = open({ synchronous: 'FULL' })
  expect(set('NORMAL')).toBe(2)
})
