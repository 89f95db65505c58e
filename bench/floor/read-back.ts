import Database from 'better-sqlite3'

/**
 * Opens the closed database again and checks that each of `jobs` jobs has exactly one attempt, with its own result,
 * and no claim is left. Throws otherwise: a figure counts only after this.
 */
export function readBack(file: string, jobs: number): void {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  try {
    expectCount(db, 'jobs', jobs)
    expectCount(db, 'attempts', jobs)
    expectCount(db, 'leases', 0)
    const rows = db
      .prepare<[], { id: number; result: string }>(
        "SELECT job_id AS id, result FROM attempts WHERE state = 'succeeded' AND number = 1 ORDER BY job_id",
      )
      .iterate()
    let id = 0
    for (const row of rows) {
      id += 1
      if (row.id !== id || row.result !== JSON.stringify({ n: id - 1 })) {
        throw new Error(`Job ${String(id)} of the floor has no result of its own, or two attempts`)
      }
    }
    if (id !== jobs) throw new Error(`${String(id)} of ${String(jobs)} jobs of the floor succeeded`)
  } finally {
    db.close()
  }
}

function expectCount(db: Database.Database, table: 'jobs' | 'attempts' | 'leases', expected: number): void {
  const row = db.prepare<[], { count: number }>(`SELECT count(*) AS count FROM ${table}`).get()
  if (row?.count !== expected) {
    throw new Error(
      `The floor's table ${table} has ${String(row?.count)} rows instead of ${String(expected)}`,
    )
  }
}
