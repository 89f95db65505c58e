import type Database from 'better-sqlite3'

/** A table of another database whose rows are inserted again here. */
export class CopiedTable {
  readonly #read: Database.Statement<[number, number], unknown[]>
  readonly #insert: Database.Statement
  #rows: unknown[][] = []
  #copiedTo: number

  /** @param table name and the column with the job's id, as in `jobs.id` */
  constructor(source: Database.Database, target: Database.Database, table: string) {
    const [name, jobColumn] = splitName(table)
    const columns = source
      .prepare<[string], string>('SELECT name FROM pragma_table_info(?)')
      .pluck()
      .all(name)
    const list = columns.map((column) => `"${column}"`).join(', ')
    const holes = columns.map(() => '?').join(', ')
    this.#read = source
      .prepare<[number, number], unknown[]>(
        `SELECT ${list} FROM "${name}" WHERE "${jobColumn}" > ? AND "${jobColumn}" <= ? ORDER BY "${jobColumn}"`,
      )
      .raw()
    this.#insert = target.prepare(`INSERT INTO "${name}" (${list}) VALUES (${holes})`)
    const first =
      source.prepare<[], number | null>(`SELECT min("${jobColumn}") FROM "${name}"`).pluck().get() ?? 1
    this.#copiedTo = first - 1
  }

  /** Reads the rows of the next `jobs` job ids into memory. Throws when there are none. */
  load(jobs: number): void {
    this.#rows = this.#read.all(this.#copiedTo, this.#copiedTo + jobs)
    this.#copiedTo += jobs
    if (this.#rows.length === 0) throw new Error('The database to copy from has no more rows')
  }

  /** Inserts a part of what is loaded; `from` and `to` are shares (0..1). To be called inside a transaction. */
  insert(from: number, to: number): void {
    const end = Math.round(to * this.#rows.length)
    for (let index = Math.round(from * this.#rows.length); index < end; index++)
      this.#insert.run(this.#rows[index])
  }
}

/**
 * Makes the tables in `target` as they are in `source`, with their indexes or without. Foreign keys are not enforced,
 * for the tables that they point to are not copied.
 */
export function copySchema(
  source: Database.Database,
  target: Database.Database,
  tables: readonly string[],
  indexes: boolean,
): void {
  target.pragma('foreign_keys = OFF')
  const pageSize: unknown = source.pragma('page_size', { simple: true })
  target.pragma(`page_size = ${String(pageSize)}`)
  const statements = source
    .prepare<[string, number], string>(
      `SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL
       AND (type = 'table' OR (type = 'index' AND ?)) ORDER BY type = 'index'`,
    )
    .pluck()
  for (const table of tables) {
    for (const sql of statements.all(splitName(table)[0], indexes ? 1 : 0)) target.exec(sql)
  }
}

function splitName(table: string): readonly [string, string] {
  const [name, column, more] = table.split('.')
  if (!name || !column || more !== undefined) throw new Error(`Name tables as table.column, not ${table}`)
  return [name, column]
}
