import Database from 'better-sqlite3'

interface Row {
  readonly job_id: number
  readonly state: string
  readonly priority: number
  readonly number: number | null
  readonly cause: string | null
  readonly result: string | null
}

/**
 * Opens the closed database again and checks that each of the `jobs` no-op jobs from `first_id` on has succeeded with
 * exactly one attempt and its own result, and that no lease is left. Throws otherwise: a figure counts only after this.
 */
export function readBack(file: string, first_id: number, jobs: number, priorities: number): void {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  try {
    const rows = db
      .prepare<[number], Row>(
        `SELECT job.id AS job_id, job.state, job.priority, attempt.number, attempt.cause, attempt.result
         FROM job LEFT JOIN attempt ON attempt.job_id = job.id WHERE job.id >= ? ORDER BY job.id, attempt.id`,
      )
      .iterate(first_id)
    let n = 0
    for (const row of rows) {
      checkRow(row, first_id, n, priorities)
      n += 1
    }
    if (n !== jobs) throw new Error(`The database holds ${String(n)} of ${String(jobs)} jobs`)
    const leases = db.prepare<[], number>('SELECT count(*) FROM lease').pluck().get()
    if (leases !== 0) throw new Error(`${String(leases)} leases are left`)
  } finally {
    db.close()
  }
}

/** Row number `n` is job number `n`: a job without an attempt, or with two, puts the next ones out of step. */
function checkRow(row: Row, first_id: number, n: number, priorities: number): void {
  const isRight =
    row.job_id === first_id + n &&
    row.state === 'succeeded' &&
    row.priority === n % priorities &&
    row.number === 1 &&
    row.cause === 'exit' &&
    row.result === JSON.stringify({ n })
  if (!isRight) throw new Error(`Job ${String(n)} is not what it should be: ${JSON.stringify(row)}`)
}
