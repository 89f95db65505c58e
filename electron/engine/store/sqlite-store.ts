import type { Database } from 'better-sqlite3'
import { missingCase } from '../../../shared/errors.ts'
import type { DatabaseOptions } from './database.ts'
import { openDatabase, setDurability, storedSynchronous } from './database.ts'
import { end, start } from './operations/attempt.ts'
import { cancel, hold, release, resolveInterrupted } from './operations/cancel.ts'
import { clear, sweep } from './operations/clear.ts'
import { edit } from './operations/edit.ts'
import { readJobPage } from './operations/job-query.ts'
import { addHaltRules, dropHaltRule, readHaltRules } from './operations/halt-rules.ts'
import { claim, setActive, unclaim } from './operations/lease.ts'
import { dropDueHooks, noteDueHooks, readDueHooks } from './operations/finish-hooks.ts'
import { move } from './operations/move.ts'
import { noteRan, readNeededValues } from './operations/need-values.ts'
import { readNextIds } from './operations/next-ids.ts'
import {
  readCounters,
  readLeases,
  readNextDue,
  readReady,
  readSelection,
  readSubmissionStates,
} from './operations/queries.ts'
import { restart } from './operations/reactivate.ts'
import {
  fireSchedule,
  readDueSchedules,
  readNextSchedule,
  readSchedules,
  removeSchedules,
} from './operations/schedules.ts'
import {
  addWatch,
  noteGone,
  readTaken,
  readUntaken,
  readWatches,
  removeWatches,
  setWatch,
  takeFiles,
} from './operations/watch-folders.ts'
import { readGroups, setGroup, setMeta } from './operations/settings.ts'
import { abortSubmission, completeSubmission, openSubmission, submit } from './operations/submit.ts'
import { undo } from './operations/undo.ts'
import { promoteDue } from './operations/wake.ts'
import { storeError } from './sqlite-error.ts'
import { StoreContext } from './store-context.ts'
import type { Operation, OperationResult } from './store-operations.ts'
import type { AnswerOf, Query, QueryName, QueryOf } from './store-queries.ts'
import type { ReadyJob } from './store-records.ts'

/** The store on a connection of this thread: what the store's thread runs, and what the port's promises wrap. */
export class SqliteStore {
  readonly #db: Database
  readonly #context: StoreContext
  readonly #options: DatabaseOptions
  /** A commit failed and could not be rolled back yet. */
  #isTorn = false

  /** @throws JobyardError DATA_TOO_NEW, DATA_CORRUPT, DATA_DIR_UNUSABLE, STORE_FAILED */
  constructor(options: DatabaseOptions, db: Database = openDatabase(options)) {
    this.#options = options
    this.#db = db
    this.#context = new StoreContext(this.#db)
  }

  /**
   * All in one transaction.
   * @throws JobyardError STORE_FAILED; nothing was written, and the store can be used again
   */
  commit(operations: readonly Operation[]): OperationResult[] {
    try {
      if (this.#isTorn) this.#rollBack()
      this.#context.sql('BEGIN IMMEDIATE').run()
      const results = operations.map((operation) => this.#run(operation))
      this.#context.tally.flush()
      this.#context.sql('COMMIT').run()
      this.#applySettings(operations)
      return results
    } catch (error) {
      this.#isTorn = true
      try {
        this.#rollBack()
      } catch {
        // A disk this sick refuses even that: it is tried again before the next commit.
      }
      throw storeError(error, this.#options.file)
    }
  }

  /** @throws JobyardError STORE_FAILED, DATA_CORRUPT */
  query(query: Query): AnswerOf<QueryName> {
    return this.#reading(() => answer(this.#context, query))
  }

  /** The query `ready`, whose rows are sent in another form than the rest. */
  ready(query: QueryOf<'ready'>): ReadyJob[] {
    return this.#reading(() => readReady(this.#context, query))
  }

  /** Moves the log into the database, so that one file holds everything, and closes it. */
  close(): void {
    try {
      this.#db.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      this.#db.close()
    }
  }

  #run(operation: Operation): OperationResult {
    return noteDueHooks(this.#context, run(this.#context, operation))
  }

  #reading<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw storeError(error, this.#options.file)
    }
  }

  #rollBack(): void {
    // A full disk may have rolled back already.
    if (this.#db.inTransaction) this.#context.sql('ROLLBACK').run()
    this.#context.reload()
    this.#isTorn = false
  }

  #applySettings(operations: readonly Operation[]): void {
    if (this.#options.synchronous !== undefined) return
    if (operations.some((operation) => operation.type === 'set-meta' && operation.key === 'synchronous')) {
      setDurability(this.#db, storedSynchronous(this.#db))
    }
  }
}

function run(context: StoreContext, operation: Operation): OperationResult {
  switch (operation.type) {
    case 'open-submission':
      return openSubmission(context, operation)
    case 'submit':
      return submit(context, operation)
    case 'complete-submission':
      return completeSubmission(context, operation)
    case 'abort-submission':
      return abortSubmission(context, operation)
    case 'claim':
      return claim(context, operation)
    case 'unclaim':
      return unclaim(context, operation)
    case 'start':
      return start(context, operation)
    case 'end':
      return end(context, operation)
    case 'set-active':
      return setActive(context, operation)
    case 'promote-due':
      return promoteDue(context, operation)
    case 'cancel':
      return cancel(context, operation)
    case 'hold':
      return hold(context, operation)
    case 'release':
      return release(context, operation)
    case 'restart':
      return restart(context, operation)
    case 'resolve-interrupted':
      return resolveInterrupted(context, operation)
    case 'move':
      return move(context, operation)
    case 'edit':
      return edit(context, operation)
    case 'clear':
      return clear(context, operation)
    case 'undo':
      return undo(context, operation)
    case 'sweep':
      return sweep(context, operation)
    case 'fire-schedule':
      return fireSchedule(context, operation)
    case 'remove-schedules':
      return removeSchedules(context, operation)
    case 'add-watch':
      return addWatch(context, operation)
    case 'set-watch':
      return setWatch(context, operation)
    case 'remove-watches':
      return removeWatches(context, operation)
    case 'take-files':
      return takeFiles(context, operation)
    case 'files-gone':
      return noteGone(context, operation)
    case 'set-group':
      return setGroup(context, operation)
    case 'add-halt-rules':
      return addHaltRules(context, operation)
    case 'note-ran':
      return noteRan(context, operation)
    case 'drop-due-hooks':
      return dropDueHooks(context, operation)
    case 'drop-halt-rule':
      return dropHaltRule(context, operation)
    case 'set-meta':
      return setMeta(context, operation)
    default:
      return missingCase(operation)
  }
}

function answer(context: StoreContext, query: Query): AnswerOf<QueryName> {
  switch (query.type) {
    case 'ready':
      return readReady(context, query)
    case 'groups':
      return readGroups(context)
    case 'next-due':
      return readNextDue(context)
    case 'leases':
      return readLeases(context)
    case 'halt-rules':
      return readHaltRules(context)
    case 'due-schedules':
      return readDueSchedules(context, query)
    case 'next-schedule':
      return readNextSchedule(context)
    case 'schedules':
      return readSchedules(context)
    case 'usual-run':
      return context.usual_runs.read(query.name)
    case 'needed-values':
      return readNeededValues(context, query)
    case 'due-hooks':
      return readDueHooks(context, query)
    case 'watches':
      return readWatches(context)
    case 'untaken':
      return readUntaken(context, query)
    case 'taken':
      return readTaken(context, query)
    case 'open-submissions':
      return [...context.open_submissions]
    case 'meta':
      return context.text('SELECT value FROM meta WHERE key = ?', query.key)
    case 'next-ids':
      return readNextIds(context)
    case 'select':
      return readSelection(context, query)
    case 'job':
      return readJobPage(context, query)
    case 'counters':
      return readCounters(context)
    case 'submission-states':
      return readSubmissionStates(context, query)
    default:
      return missingCase(query)
  }
}
