import Database from 'better-sqlite3'
import { better, defineQueue, type Queue } from 'plainjob'
import { z } from 'zod'

const BYTES_PER_MIB = 1_048_576

export const JOB_TYPE = 'noop'

/** What can be set from outside; `synchronous` is not among it: plainjob itself sets NORMAL. */
export const settingsSchema = z.object({
  poll_ms: z.number().int().positive(),
  wal_autocheckpoint: z.number().int().positive(),
  cache_kib: z.number().int().positive(),
  page_size: z.number().int().positive(),
  mmap_mib: z.number().int().nonnegative(),
})
export type Settings = z.infer<typeof settingsSchema>

/** SQLite's and plainjob's own defaults. */
export const DEFAULT_SETTINGS: Settings = {
  poll_ms: 1000,
  wal_autocheckpoint: 1000,
  cache_kib: 2000,
  page_size: 4096,
  mmap_mib: 0,
}

/** The best of `node bench/peers/sweep.ts` (bench/README.md has the figures). */
export const BEST_SETTINGS: Settings = {
  poll_ms: 1,
  wal_autocheckpoint: 20_000,
  cache_kib: 2000,
  page_size: 1024,
  mmap_mib: 0,
}

/** Logging costs; nobody reads it here. An error ends the worker, which the driver sees. */
export const SILENT = {
  error: (message: string) => {
    console.error(message)
  },
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
}

/** Opens plainjob's queue on `file`. */
export function openQueue(file: string, settings: Settings): { db: Database.Database; queue: Queue } {
  const db = new Database(file)
  db.pragma(`page_size = ${String(settings.page_size)}`)
  db.pragma(`mmap_size = ${String(settings.mmap_mib * BYTES_PER_MIB)}`)
  db.pragma(`wal_autocheckpoint = ${String(settings.wal_autocheckpoint)}`)
  db.pragma(`cache_size = -${String(settings.cache_kib)}`)
  return { db, queue: defineQueue({ connection: better(db), logger: SILENT }) }
}
