import type { StoreContext } from '../store-context.ts'
import type { AnswerOf } from '../store-queries.ts'

/**
 * Ids are never used again, because logs, needs and whoever noted one refer to them. The next id is the one behind the
 * highest that is stored; only a delete could take that away, so a delete writes a mark in its own transaction. A submit
 * has nothing to write for it, which spares its commit a page.
 */
export function readNextIds(context: StoreContext): AnswerOf<'next-ids'> {
  return {
    // Schedules have their ids out of the same row.
    job: nextId(
      context,
      'next_job_id',
      'SELECT max((SELECT coalesce(max(id), 0) FROM job), (SELECT coalesce(max(id), 0) FROM schedule))',
    ),
    submission: nextId(context, 'next_submission_id', 'SELECT max(id) FROM submission'),
  }
}

function nextId(context: StoreContext, key: Mark, highest: string): number {
  const mark = context.text('SELECT value FROM meta WHERE key = ?', key)
  return Math.max(Number(mark ?? 1), (context.number(highest) ?? 0) + 1)
}

type Mark = 'next_job_id' | 'next_submission_id'

const RAISE = `INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key)
  DO UPDATE SET value = excluded.value WHERE CAST(value AS INTEGER) < CAST(excluded.value AS INTEGER)`

/** To be called before ids up to `highest` are deleted (null: there are none). */
export function keepIds(context: StoreContext, key: Mark, highest: number | null): void {
  if (highest !== null) context.sql(RAISE).run(key, String(highest + 1))
}
