import { JobyardError } from '../../shared/errors.ts'
import type { DatabaseOptions } from '../../electron/engine/store/database.ts'
import { SqliteStore } from '../../electron/engine/store/sqlite-store.ts'
import type { Operation } from '../../electron/engine/store/store-operations.ts'
import type { AnswerOf, Query, QueryName, QueryOf } from '../../electron/engine/store/store-queries.ts'
import type { ResultsOf, Store } from '../../electron/engine/store/store.ts'

/** The real store without its thread: for tests in which only the SQL matters. */
export function openInThreadStore(options: DatabaseOptions): Store {
  const store = new SqliteStore(options)
  let isClosed = false
  const guard = (): void => {
    if (isClosed) throw new JobyardError('ENGINE_CLOSED', 'The store is closed.')
  }
  return {
    async commit<const T extends readonly Operation[]>(operations: T): Promise<ResultsOf<T>> {
      guard()
      await Promise.resolve()
      return store.commit(operations) as ResultsOf<T>
    },
    async query<K extends QueryName>(query: QueryOf<K>): Promise<AnswerOf<K>> {
      guard()
      await Promise.resolve()
      return store.query(query as unknown as Query)
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await Promise.resolve()
      store.close()
    },
  }
}
