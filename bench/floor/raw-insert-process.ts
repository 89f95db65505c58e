/**
 * Floor of `submit` and `backlog`: the rows that a submit wrote, inserted again by a bare script into the same tables.
 * `open` takes the schema from the database they come from; each `slice` takes the next rows, and reading them is not
 * in its figure.
 */
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { backlogInput, sliceInput, type Reply } from '../harness/contract.ts'
import { serve } from '../harness/serve.ts'
import { BYTES_PER_MB, perSecond } from '../harness/stats.ts'
import { CopiedTable, copySchema } from './copied-table.ts'
import { floorJob } from './job.ts'
import { createTables, setPragmas } from './schema.ts'

/** Rows in a transaction. 256 is a third slower, 5,000 a seventh faster; this is about what a submit of ours commits at once. */
const BATCH_ROWS = 1_000

const openInput = z.object({
  directory: z.string(),
  database: z.string(),
  tables: z.array(z.string()).min(1),
  indexes: z.boolean(),
})
const seedInput = z.object({ directory: z.string(), jobs: z.number().int().positive() })

let open: { readonly target: Database.Database; readonly tables: readonly CopiedTable[] } | undefined

serve({ open: openCopy, slice, seed, backlog })

function openCopy(raw: unknown): Promise<Reply> {
  const { directory, database, tables, indexes } = openInput.parse(raw)
  const source = new Database(database, { readonly: true, fileMustExist: true })
  const target = new Database(join(directory, 'raw.db'))
  setPragmas(target)
  copySchema(source, target, tables, indexes)
  open = { target, tables: tables.map((table) => new CopiedTable(source, target, table)) }
  return Promise.resolve({})
}

function slice(raw: unknown): Promise<Reply> {
  const { jobs } = sliceInput.parse(raw)
  if (!open) throw new Error('Call open first')
  const { target, tables } = open
  for (const table of tables) table.load(jobs)
  const start = performance.now()
  for (let from = 0; from < jobs; from += BATCH_ROWS) {
    target.transaction(() => {
      for (const table of tables) table.insert(from / jobs, Math.min(jobs, from + BATCH_ROWS) / jobs)
    })()
  }
  return Promise.resolve({ rows_per_s: perSecond(jobs, performance.now() - start) })
}

/** Makes a database to copy from where no engine has made one: the job rows of the composite floor. */
function seed(raw: unknown): Promise<Reply> {
  const { directory, jobs } = seedInput.parse(raw)
  const database = join(directory, 'seed.db')
  fill(database, jobs)
  return Promise.resolve({ database, tables: ['jobs.id'] })
}

function backlog(raw: unknown): Promise<Reply> {
  const { directory, jobs } = backlogInput.parse(raw)
  const peak = fill(join(directory, 'backlog.db'), jobs)
  return Promise.resolve({
    rss_mb: process.memoryUsage.rss() / BYTES_PER_MB,
    peak_rss_mb: peak / BYTES_PER_MB,
  })
}

/** Inserts job rows of the composite floor; answers the most memory that was resident, in bytes. */
function fill(file: string, jobs: number): number {
  const db = new Database(file)
  createTables(db)
  const insert = db.prepare('INSERT INTO jobs (id, priority, spec) VALUES (?, ?, ?)')
  const batch = db.transaction((from: number, to: number) => {
    for (let n = from; n < to; n++) {
      const job = floorJob(n, 0)
      insert.run(job.id, job.priority, job.spec)
    }
  })
  let peak = 0
  for (let from = 0; from < jobs; from += BATCH_ROWS) {
    batch(from, Math.min(jobs, from + BATCH_ROWS))
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  db.close()
  return peak
}
