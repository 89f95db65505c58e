import type { WatchedFile, WatchFolder } from '../../../../shared/watch.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf, ResultOf } from '../store-operations.ts'
import type { AnswerOf, QueryOf } from '../store-queries.ts'

const ADD = `INSERT INTO watch_folder (folder, recipe, recursive, settle_ms, created_ms)
  VALUES (@folder, @recipe, @recursive, @settle_ms, @at_ms)
  ON CONFLICT (folder, recipe) DO UPDATE SET recursive = excluded.recursive, settle_ms = excluded.settle_ms, enabled = 1`
const TAKE = `INSERT INTO watched_file (watch_id, path, size, mtime_ms) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET size = excluded.size, mtime_ms = excluded.mtime_ms, gone = 0`

/** The same folder and recipe again changes what is there. */
export function addWatch(context: StoreContext, operation: OperationOf<'add-watch'>): ResultOf<'add-watch'> {
  const { folder, recipe, recursive, settle_ms, at_ms } = operation
  context.sql(ADD).run({ folder, recipe, recursive: recursive ? 1 : 0, settle_ms, at_ms })
  const id = context.number('SELECT id FROM watch_folder WHERE folder = ? AND recipe = ?', folder, recipe)
  if (id === null) throw new Error(`The watch of ${folder} is not there right after it was written.`)
  return { id }
}

export function setWatch(
  context: StoreContext,
  { id, enabled }: OperationOf<'set-watch'>,
): { count: number } {
  const { changes } = context.sql('UPDATE watch_folder SET enabled = ? WHERE id = ?').run(enabled ? 1 : 0, id)
  return { count: changes }
}

/** What was taken is forgotten with it: a watch that is added anew takes everything that lies there. */
export function removeWatches(
  context: StoreContext,
  { ids }: OperationOf<'remove-watches'>,
): ResultOf<'remove-watches'> {
  let count = 0
  for (const id of ids) {
    context.sql('DELETE FROM watched_file WHERE watch_id = ?').run(id)
    count += context.sql('DELETE FROM watch_folder WHERE id = ?').run(id).changes
  }
  return { count }
}

/** Nothing is noted for a watch that was removed meanwhile. */
export function takeFiles(
  context: StoreContext,
  { watch_id, files }: Omit<OperationOf<'take-files'>, 'type'>,
): null {
  if (context.number('SELECT 1 FROM watch_folder WHERE id = ?', watch_id) === null) return null
  for (const { path, size, mtime_ms } of files) context.sql(TAKE).run(watch_id, path, size, mtime_ms)
  return null
}

export function noteGone(context: StoreContext, { watch_id, paths }: OperationOf<'files-gone'>): null {
  for (const path of paths)
    context.sql('UPDATE watched_file SET gone = 1 WHERE watch_id = ? AND path = ?').run(watch_id, path)
  return null
}

interface WatchRow extends Omit<WatchFolder, 'recursive' | 'enabled'> {
  readonly recursive: number
  readonly enabled: number
  readonly taken: number
}

export function readWatches(context: StoreContext): AnswerOf<'watches'> {
  return context
    .sql<WatchRow>(
      `SELECT id, folder, recipe, recursive, settle_ms, enabled, created_ms,
         (SELECT count(*) FROM watched_file WHERE watch_id = watch_folder.id AND gone = 0) AS taken
       FROM watch_folder ORDER BY id`,
    )
    .all()
    .map((row) => ({ ...row, recursive: row.recursive !== 0, enabled: row.enabled !== 0 }))
}

/** Which of these were not taken yet, as far as their names tell; those that were gone meanwhile come with what they were. */
export function readUntaken(context: StoreContext, query: QueryOf<'untaken'>): AnswerOf<'untaken'> {
  const find = context.sql<WatchedFile & { readonly gone: number }>(
    'SELECT path, size, mtime_ms, gone FROM watched_file WHERE watch_id = ? AND path = ?',
  )
  const untaken: { path: string; before: WatchedFile | null }[] = []
  for (const path of query.paths) {
    const row = find.get(query.watch_id, path)
    if (row === undefined) untaken.push({ path, before: null })
    else if (row.gone !== 0) untaken.push({ path, before: { path, size: row.size, mtime_ms: row.mtime_ms } })
  }
  return untaken
}

export function readTaken(context: StoreContext, query: QueryOf<'taken'>): AnswerOf<'taken'> {
  return context
    .sql<{
      readonly path: string
    }>('SELECT path FROM watched_file WHERE watch_id = ? AND gone = 0 AND path > ? ORDER BY path LIMIT ?')
    .all(query.watch_id, query.after, query.limit)
    .map(({ path }) => path)
}
