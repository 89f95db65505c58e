/**
 * The store port: what the engine needs of a database, and nothing of any driver.
 *
 * Writes are operations. A list of operations is one transaction: all are on disk when `commit` resolves, in the order
 * given, or none is. Every operation is written so that it can be refused row by row (the result says what was done)
 * instead of throwing; a throw means the disk failed, and then nothing of the list was done.
 *
 * The store is the arbiter of what state a waiting job is in: the engine keeps only a bounded window of ready jobs.
 */
import type { Operation, ResultOf } from './store-operations.ts'
import type { AnswerOf, QueryName, QueryOf } from './store-queries.ts'

/** Distributes over a list of operations: the results stand in the same order. */
export type ResultsOf<T extends readonly Operation[]> = { [I in keyof T]: ResultOf<T[I]['type']> }

export interface Store {
  /**
   * One transaction.
   * @returns a result for each operation, in order
   * @throws JobyardError STORE_FAILED (nothing was written), ENGINE_CLOSED after close
   */
  commit<const T extends readonly Operation[]>(operations: T): Promise<ResultsOf<T>>
  /** Answered after every commit that was called before it. */
  query<K extends QueryName>(query: QueryOf<K>): Promise<AnswerOf<K>>
  /** Finishes what is under way, checkpoints, closes the database and ends the thread. */
  close(): Promise<void>
}
