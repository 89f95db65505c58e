import { JobyardError, deserialiseError, missingCase, serialiseError } from '../../../shared/errors.ts'
import type { Operation, OperationName, OperationResult, ResultOf } from './store-operations.ts'
import type { Changes } from './store-records.ts'
import type { Store } from './store.ts'

/** Rows in one transaction: large enough that a commit costs little a row, small enough that nobody waits long for it. */
const MAX_ROWS_PER_COMMIT = 2_000
const RETRY_FIRST_MS = 250
const RETRY_MAX_MS = 5_000

interface Entry {
  readonly operation: Operation
  readonly rows: number
  readonly resolve: (result: OperationResult) => void
  readonly reject: (error: unknown) => void
}

export interface JournalOptions {
  readonly store: Store
  /** The disk refused a commit, or took one again (null). While it refuses, nothing new may be started. */
  readonly onDisk: (fault: JobyardError | null) => void
}

/**
 * Every change of state goes through here. What gathers in one turn of the event loop, or while a commit is under way,
 * becomes one transaction (group commit: this is what makes durable also fast). A promise resolves after its commit.
 *
 * When the disk refuses, what a person asked for is refused with STORE_FAILED, but facts that have happened (a job
 * started, an attempt ended) are kept and tried again until the disk takes them: they cannot be taken back.
 */
export class Journal {
  readonly #store: Store
  readonly #onDisk: (fault: JobyardError | null) => void
  #pending: Entry[] = []
  #scheduled = false
  #committing: Promise<void> | null = null
  #retry_ms = 0
  #retryTimer: NodeJS.Timeout | null = null
  #abandoned = false

  constructor(options: JournalOptions) {
    this.#store = options.store
    this.#onDisk = options.onDisk
  }

  /** @throws JobyardError STORE_FAILED where the disk refused and the operation can be asked for again */
  write<T extends Operation>(operation: T): Promise<ResultOf<T['type']>>
  write(operation: Operation): Promise<OperationResult> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ operation, rows: rowsOf(operation), resolve, reject })
      this.#schedule()
    })
  }

  /** Resolves when everything that was written before is on disk. */
  async flush(): Promise<void> {
    while (!this.#abandoned && (this.#pending.length > 0 || this.#committing !== null)) {
      if (this.#committing === null) this.#commitNext()
      await this.#committing
      if (this.#retryTimer !== null) await new Promise((resolve) => setTimeout(resolve, RETRY_FIRST_MS))
    }
  }

  /** Gives up on what the disk still refuses (it is refused to whoever waits) and takes nothing more. */
  abandon(error: JobyardError): void {
    this.#abandoned = true
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer)
    for (const entry of this.#pending.splice(0)) entry.reject(error)
  }

  /** The disk refused the last commit. */
  get refused(): boolean {
    return this.#retry_ms > 0
  }

  /** Nothing is left to be tried again, and nothing is started before the disk is known to be well: so it is asked. */
  #probe(): void {
    this.write({ type: 'set-meta', key: 'disk_probe', value: '' }).catch(() => undefined)
  }

  #schedule(): void {
    if (this.#scheduled || this.#committing !== null || this.#retryTimer !== null) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#commitNext()
    })
  }

  #commitNext(): void {
    if (this.#committing !== null || this.#retryTimer !== null || this.#pending.length === 0) return
    const groups = groupEnds(this.#takeBatch())
    this.#committing = this.#store.commit(groups.map(operationOf)).then(
      (results) => {
        this.#committing = null
        if (this.#retry_ms > 0) {
          this.#retry_ms = 0
          this.#onDisk(null)
        }
        // The store goes on with what has gathered while the results of this commit are acted upon.
        this.#commitNext()
        deliver(groups, results)
      },
      (error: unknown) => {
        this.#committing = null
        this.#refuse(
          groups.flat(),
          error instanceof JobyardError ? error : deserialiseError(serialiseError(error)),
        )
        this.#commitNext()
      },
    )
  }

  #takeBatch(): Entry[] {
    let rows = 0
    let count = 0
    for (const entry of this.#pending) {
      if (count > 0 && rows + entry.rows > MAX_ROWS_PER_COMMIT) break
      rows += entry.rows
      count += 1
    }
    return this.#pending.splice(0, count)
  }

  #refuse(batch: readonly Entry[], error: JobyardError): void {
    const facts = batch.filter((entry) => isFact(entry.operation.type))
    if (error.code !== 'STORE_FAILED' || this.#abandoned) {
      for (const entry of batch) entry.reject(error)
      return
    }
    for (const entry of batch) if (!facts.includes(entry)) entry.reject(error)
    this.#pending.unshift(...facts)
    this.#retry_ms = Math.min(RETRY_MAX_MS, this.#retry_ms === 0 ? RETRY_FIRST_MS : this.#retry_ms * 2)
    this.#onDisk(error)
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null
      if (this.#pending.length === 0) this.#probe()
      this.#commitNext()
    }, this.#retry_ms)
  }
}

type Group = [Entry, ...Entry[]]

const NO_CHANGES: Changes = { changed: [], ended: [], stale_groups: [] }

/**
 * Every report of a worker is a write of its own; those that stand one behind the other become one operation, because
 * the store is faster with many ends at a time. What they changed is told to whoever wrote the first.
 */
function groupEnds(batch: readonly Entry[]): Group[] {
  const groups: Group[] = []
  for (const entry of batch) {
    const last = groups.at(-1)
    if (entry.operation.type === 'end' && last?.[0].operation.type === 'end') last.push(entry)
    else groups.push([entry])
  }
  return groups
}

function operationOf(group: Group): Operation {
  if (group.length === 1) return group[0].operation
  const ends = group.flatMap(({ operation }) => (operation.type === 'end' ? operation.ends : []))
  return { type: 'end', ends }
}

function deliver(groups: readonly Group[], results: readonly OperationResult[]): void {
  for (const [index, [first, ...others]] of groups.entries()) {
    const result = results[index]
    if (result === undefined) continue
    first.resolve(result)
    for (const entry of others) entry.resolve(NO_CHANGES)
  }
}

/** How many rows an operation writes, roughly; a set operation counts as one because it cannot be split. */
function rowsOf(operation: Operation): number {
  switch (operation.type) {
    case 'submit':
      return operation.jobs.length
    case 'claim':
      return operation.claims.length
    case 'unclaim':
      return operation.job_ids.length
    case 'start':
      return operation.starts.length
    case 'end':
      return operation.ends.length
    default:
      return 1
  }
}

/** True for what has happened already and must not be lost when the disk refuses. */
function isFact(type: OperationName): boolean {
  switch (type) {
    case 'start':
    case 'end':
    case 'unclaim':
    case 'set-active':
    case 'promote-due':
      return true
    case 'open-submission':
    case 'submit':
    case 'complete-submission':
    case 'abort-submission':
    case 'claim':
    case 'cancel':
    case 'hold':
    case 'release':
    case 'restart':
    case 'resolve-interrupted':
    case 'move':
    case 'edit':
    case 'clear':
    case 'undo':
    case 'sweep':
    case 'fire-schedule':
    case 'remove-schedules':
    case 'add-watch':
    case 'set-watch':
    case 'remove-watches':
    case 'take-files':
    case 'files-gone':
    case 'set-group':
    case 'add-halt-rules':
    case 'note-ran':
    case 'drop-due-hooks':
    case 'drop-halt-rule':
    case 'set-meta':
      return false
    default:
      return missingCase(type)
  }
}
