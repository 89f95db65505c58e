import type { Database, Statement } from 'better-sqlite3'
import { JobyardError } from '../../../shared/errors.ts'
import type { JobState } from '../../../shared/job.ts'
import { JOB_STATES } from '../../../shared/job.ts'

const STATE_INDEX: ReadonlyMap<string, number> = new Map(JOB_STATES.map((state, index) => [state, index]))

/** Deltas by state, in the order of JOB_STATES. */
type Row = Float64Array
type Rows = Map<number, Row>

/**
 * Keeps the counters exact: operations say what moved, and once a commit the sums are written. (Triggers would write the
 * same row hundreds of times in one transaction.) Jobs of open submissions are counted apart until they are complete.
 */
export class Tally {
  readonly #open: ReadonlySet<number>
  readonly #visible: Rows = new Map()
  readonly #hidden = new Map<number, Rows>()
  readonly #write: Statement<[number, string, number]>
  readonly #writeOpen: Statement<[number, number, string, number]>

  /** @param open ids of the submissions that are open now */
  constructor(db: Database, open: ReadonlySet<number>) {
    this.#open = open
    this.#write = db.prepare(
      `INSERT INTO counter (group_id, state, count) VALUES (?, ?, ?)
       ON CONFLICT (group_id, state) DO UPDATE SET count = count + excluded.count`,
    )
    this.#writeOpen = db.prepare(
      `INSERT INTO open_counter (submission_id, group_id, state, count) VALUES (?, ?, ?, ?)
       ON CONFLICT (submission_id, group_id, state) DO UPDATE SET count = count + excluded.count`,
    )
  }

  /**
   * `delta` jobs more in this state.
   * @throws JobyardError DATA_CORRUPT where the database holds a state that there is not
   */
  add(submission_id: number, group_id: number, state: JobState, delta: number): void {
    const index = STATE_INDEX.get(state)
    if (index === undefined) {
      throw new JobyardError('DATA_CORRUPT', `The database holds a job in the unknown state "${state}".`)
    }
    const rows =
      this.#open.size > 0 && this.#open.has(submission_id) ? this.#rowsOf(submission_id) : this.#visible
    let row = rows.get(group_id)
    if (row === undefined) {
      row = new Float64Array(JOB_STATES.length)
      rows.set(group_id, row)
    }
    row[index] = (row[index] ?? 0) + delta
  }

  /** Writes what has gathered. */
  flush(): void {
    writeRows(this.#visible, (group_id, state, delta) => this.#write.run(group_id, state, delta))
    for (const [submission_id, rows] of this.#hidden) {
      writeRows(rows, (group_id, state, delta) => this.#writeOpen.run(submission_id, group_id, state, delta))
    }
    this.clear()
  }

  /** Forgets what has gathered: its transaction was rolled back. */
  clear(): void {
    for (const row of this.#visible.values()) row.fill(0)
    this.#hidden.clear()
  }

  #rowsOf(submission_id: number): Rows {
    let rows = this.#hidden.get(submission_id)
    if (rows === undefined) {
      rows = new Map()
      this.#hidden.set(submission_id, rows)
    }
    return rows
  }
}

function writeRows(rows: Rows, write: (group_id: number, state: JobState, delta: number) => void): void {
  for (const [group_id, row] of rows) {
    JOB_STATES.forEach((state, index) => {
      const delta = row[index] ?? 0
      if (delta !== 0) write(group_id, state, delta)
    })
  }
}
