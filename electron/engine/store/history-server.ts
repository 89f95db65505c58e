import type { Database } from 'better-sqlite3'
import { JobyardError, missingCase } from '../../../shared/errors.ts'
import { dataPaths } from './data-dir.ts'
import { DatabaseHistory } from './database-history.ts'
import { openForReading, readError } from './history-connection.ts'
import { findDuplicates, findHolders } from './history-duplicates.ts'
import { HistoryExports } from './history-exports.ts'
import { countMatches } from './history-matches.ts'
import { searchOutput } from './history-output.ts'
import type {
  HistoryAnswer,
  HistoryAnswers,
  HistoryQuestion,
  QuestionName,
  QuestionOf,
} from './history-protocol.ts'
import { readStats } from './history-stats.ts'
import { abandoned, inSteps } from './history-steps.ts'

interface Opened {
  readonly db: Database
  readonly history: DatabaseHistory
  readonly exports: HistoryExports
}

/** Answers the questions of history-protocol.ts; what a thread of its own runs. */
export class HistoryServer {
  readonly #dir: string
  #opened: Opened | null = null

  constructor(dir: string) {
    this.#dir = dir
  }

  /**
   * @param isCancelled asked between steps
   * @throws JobyardError ABANDONED, DATA_CORRUPT, DATA_DIR_UNUSABLE, DATA_TOO_NEW, INVALID_ARGUMENT
   */
  answer<K extends QuestionName>(
    question: QuestionOf<K>,
    isCancelled: () => boolean,
  ): Promise<HistoryAnswers[K]>
  async answer(question: HistoryQuestion, isCancelled: () => boolean): Promise<HistoryAnswer> {
    try {
      if (isCancelled()) throw abandoned()
      const answer = await this.#read(question, isCancelled)
      // It may have ended early: what was found must not pass for the whole.
      if (isCancelled()) throw abandoned()
      return answer
    } catch (error) {
      throw readError(dataPaths(this.#dir).database, error)
    }
  }

  close(): void {
    this.#opened?.exports.close()
    this.#opened?.history.close()
    this.#opened = null
  }

  /** At the first question: an owner may open its history before its database. */
  #open(): Opened {
    if (this.#opened !== null) return this.#opened
    const db = openForReading(this.#dir)
    if (db === null) {
      throw new JobyardError(
        'DATA_DIR_UNUSABLE',
        `Nothing is stored in ${this.#dir} yet. Try again in a moment.`,
      )
    }
    const history = new DatabaseHistory(this.#dir, db)
    const exports = new HistoryExports((filter, isCancelled) => history.exportJobs(filter, isCancelled))
    this.#opened = { db, history, exports }
    return this.#opened
  }

  #read(question: HistoryQuestion, isCancelled: () => boolean): HistoryAnswer | Promise<HistoryAnswer> {
    const { db, history, exports } = this.#open()
    switch (question.type) {
      case 'list':
      case 'sorted':
        return inSteps(history.listSteps(question.query), isCancelled)
      case 'rows':
        return history.rows(question.ids)
      case 'show':
        return history.show(question.job_id)
      case 'duplicates':
        return inSteps(findDuplicates(db, question.spec_texts), isCancelled)
      case 'holders':
        return inSteps(findHolders(db, question.uniques), isCancelled)
      case 'known':
        return history.known(question.after)
      case 'count':
        return inSteps(countMatches(db, question.filter), isCancelled)
      case 'stats':
        return inSteps(readStats(db, question.query), isCancelled)
      case 'export':
        return inSteps(exports.page(question.query, isCancelled), isCancelled)
      case 'search':
        return searchOutput({ db, history, log_dir: dataPaths(this.#dir).logs }, question.query, isCancelled)
      default:
        return missingCase(question)
    }
  }
}
