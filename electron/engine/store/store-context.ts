import type { Database, Statement } from 'better-sqlite3'
import type { NeedCondition } from '../../../shared/job.ts'
import { ChangesBuilder } from './changes-builder.ts'
import { readAfterJob } from './operations/finish-hooks.ts'
import { Tally } from './tally.ts'
import { UsualRuns } from './usual-runs.ts'

/**
 * What every operation works with: the writing connection, its prepared statements, and the little that is known in
 * memory because this connection is the only one that writes.
 */
export class StoreContext {
  readonly db: Database
  readonly tally: Tally
  readonly usual_runs: UsualRuns
  /** Submissions whose jobs are not visible yet. */
  readonly open_submissions = new Set<number>()
  /** Of open submissions, the jobs that were not stored and what they are duplicates of. */
  readonly duplicates = new Map<number, Map<number, number>>()
  /** False: there is no need at all, so an end has no dependents to look for. */
  has_needs = false
  /** False: no job has a command of its own that follows its end. */
  has_hooks = false
  /** After which ends a command of the settings follows; null: none does. */
  after_job: NeedCondition | null = null
  readonly #statements = new Map<string, Statement>()

  constructor(db: Database) {
    this.db = db
    // Scratch for set operations: what is selected, and what is worked on because of it.
    db.exec(`CREATE TEMP TABLE selected (id INTEGER PRIMARY KEY);
             CREATE TEMP TABLE work (id INTEGER PRIMARY KEY);
             CREATE TEMP TABLE reblocked (id INTEGER PRIMARY KEY);`)
    this.tally = new Tally(db, this.open_submissions)
    this.usual_runs = new UsualRuns(db)
    this.reload()
  }

  /** A statement that is compiled once. `Row` is what a row of it holds: the schema is ours and STRICT. */
  sql<Row = unknown>(text: string): Statement<unknown[], Row>
  sql(text: string): Statement {
    let statement = this.#statements.get(text)
    if (statement === undefined) {
      statement = this.db.prepare(text)
      this.#statements.set(text, statement)
    }
    return statement
  }

  /** The first column of all rows. Not for a text that `sql` is used with. */
  column<Value>(text: string, ...parameters: unknown[]): Value[] {
    return this.sql<Value>(text)
      .pluck()
      .all(...parameters)
  }

  /** The first column of the first row, where it is a number. Not for a text that `sql` is used with. */
  number(text: string, ...parameters: unknown[]): number | null {
    const value = this.#first(text, parameters)
    return typeof value === 'number' ? value : null
  }

  /** The first column of the first row, where it is a text. Not for a text that `sql` is used with. */
  text(text: string, ...parameters: unknown[]): string | null {
    const value = this.#first(text, parameters)
    return typeof value === 'string' ? value : null
  }

  changes(): ChangesBuilder {
    return new ChangesBuilder(this.open_submissions)
  }

  /** Reads again what is known in memory: at the start and after a rollback. */
  reload(): void {
    this.tally.clear()
    this.open_submissions.clear()
    for (const id of this.column<number>(`SELECT id FROM submission WHERE state = 'open'`)) {
      this.open_submissions.add(id)
    }
    this.has_needs = this.number('SELECT 1 FROM need LIMIT 1') === 1
    this.has_hooks = this.number('SELECT 1 FROM job WHERE hook_if IS NOT NULL LIMIT 1') === 1
    this.after_job = readAfterJob(this)
  }

  #first(text: string, parameters: unknown[]): unknown {
    return this.sql(text)
      .pluck()
      .get(...parameters)
  }
}
