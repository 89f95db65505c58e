import { rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'vitest'
import { openDatabase } from '../../electron/engine/store/database.ts'
import { SqliteStore } from '../../electron/engine/store/sqlite-store.ts'
import { tempDir } from '../fakes/temp-dir.ts'
import { checkInvariants } from './store-invariants.ts'
import { Driver, step } from './store-model.ts'

test('whatever happens in whatever order, counters, states, needs and leases agree with the rows', () => {
  const folder = tempDir()
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const options = { file: join(folder, 'jobs.db'), synchronous: 'NORMAL' } as const
      const db = openDatabase(options)
      const store = new SqliteStore(options, db)
      try {
        const driver = new Driver(store)
        for (const next of steps) {
          driver.take(next)
          checkInvariants(db)
        }
      } finally {
        store.close()
        rmSync(options.file)
      }
    }),
    { numRuns: 100 },
  )
}, 120_000)
