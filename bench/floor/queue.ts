import type Database from 'better-sqlite3'
import { GROUP_MAX } from './schema.ts'
import type { FloorWorker } from './worker-handle.ts'

/** Arrays that a worker has at a time: one it works on and one it finds when that is done. */
const ARRAYS_IN_FLIGHT = 2
const ARRAY_MAX = GROUP_MAX / ARRAYS_IN_FLIGHT

/** A job to store. */
export interface FloorJob {
  readonly id: number
  readonly priority: number
  readonly spec: string
}

/** A result as it came from a worker. */
export interface Ended {
  readonly id: number
  readonly worker: number
  readonly result: string
}

interface Lease {
  readonly worker: number
  readonly claimed_at: number
}

/** Which of the waiting jobs is next: in the order of their ids, or by priority from the table `ready`. */
export type Order = 'id' | 'priority'

/**
 * The composite floor: the simplest program that submits, claims, runs and finishes jobs and loses none. In each turn
 * of the event loop what has gathered (ends, new jobs, claims) becomes one transaction, and only after its commit are
 * claimed jobs sent to their worker and ends told.
 */
export class FloorQueue {
  readonly #statements: ReturnType<typeof prepare>
  readonly #order: Order
  readonly #workers: readonly FloorWorker[]
  readonly #leases = new Map<number, Lease>()
  readonly #onEnded: (ended: readonly Ended[]) => void
  readonly #commit: () => Map<FloorWorker, FloorJob[]>
  #submitted: FloorJob[] = []
  #submittedFrom = 0
  #ended: Ended[] = []
  #told: readonly Ended[] = []
  #cursor = 0
  #waiting = 0
  #turnPlanned = false

  constructor(
    db: Database.Database,
    options: { order: Order; workers: readonly FloorWorker[]; onEnded: (ended: readonly Ended[]) => void },
  ) {
    this.#statements = prepare(db)
    this.#order = options.order
    this.#workers = options.workers
    this.#onEnded = options.onEnded
    this.#commit = db.transaction(() => this.#writeTurn())
    for (const worker of this.#workers) {
      worker.onResults((results) => {
        for (const [id, result] of results) this.#ended.push({ id, worker: worker.number, result })
        this.#planTurn()
      })
    }
  }

  /** Queues jobs; they are on disk after the turns that take them. */
  submit(jobs: readonly FloorJob[]): void {
    this.#submitted = this.#submitted.slice(this.#submittedFrom).concat(jobs)
    this.#submittedFrom = 0
    this.#planTurn()
  }

  #planTurn(): void {
    if (this.#turnPlanned) return
    this.#turnPlanned = true
    setImmediate(() => {
      this.#turnPlanned = false
      this.#turn()
    })
  }

  #turn(): void {
    const claims = this.#commit()
    for (const [worker, jobs] of claims) {
      for (let from = 0; from < jobs.length; from += ARRAY_MAX) {
        worker.run(jobs.slice(from, from + ARRAY_MAX).map((job) => [job.id, job.spec]))
      }
    }
    if (this.#told.length > 0) this.#onEnded(this.#told)
    if (this.#ended.length > 0 || this.#submittedFrom < this.#submitted.length) this.#planTurn()
  }

  #writeTurn(): Map<FloorWorker, FloorJob[]> {
    const now = Date.now()
    this.#writeEnded(now)
    this.#writeSubmitted()
    return this.#writeClaims(now)
  }

  #writeEnded(now: number): void {
    this.#told = this.#ended.splice(0, GROUP_MAX)
    for (const { id, worker, result } of this.#told) {
      const lease = this.#leases.get(id)
      if (!lease) throw new Error(`Job ${String(id)} ended without a claim`)
      this.#leases.delete(id)
      this.#statements.insertAttempt.run(id, worker, lease.claimed_at, now, result)
      this.#statements.deleteLease.run(id)
      this.#workers[worker]?.free(1)
    }
  }

  #writeSubmitted(): void {
    const to = Math.min(this.#submitted.length, this.#submittedFrom + GROUP_MAX)
    for (let index = this.#submittedFrom; index < to; index++) {
      const job = this.#submitted[index]
      if (!job) break
      this.#statements.insertJob.run(job.id, job.priority, job.spec)
      if (this.#order === 'priority') this.#statements.insertReady.run(job.priority, job.id)
      this.#waiting += 1
    }
    this.#submittedFrom = to
  }

  #writeClaims(now: number): Map<FloorWorker, FloorJob[]> {
    const claims = new Map<FloorWorker, FloorJob[]>()
    for (const worker of this.#workers) {
      // Small refills would make small arrays; a worker with an empty hand takes whatever there is.
      const room = GROUP_MAX - worker.inFlight
      if (this.#waiting === 0 || (room < ARRAY_MAX && worker.inFlight > 0)) continue
      const jobs = this.#next(Math.min(room, this.#waiting))
      for (const job of jobs) {
        this.#statements.insertLease.run(job.id, worker.number, now)
        this.#leases.set(job.id, { worker: worker.number, claimed_at: now })
      }
      this.#waiting -= jobs.length
      worker.take(jobs.length)
      claims.set(worker, jobs)
    }
    return claims
  }

  #next(count: number): FloorJob[] {
    if (this.#order === 'id') {
      const jobs = this.#statements.nextById.all(this.#cursor, count)
      this.#cursor = jobs.at(-1)?.id ?? this.#cursor
      return jobs
    }
    const jobs = this.#statements.nextByPriority.all(count)
    for (const job of jobs) this.#statements.deleteReady.run(job.priority, job.id)
    return jobs
  }
}

function prepare(db: Database.Database) {
  return {
    insertJob: db.prepare<[number, number, string]>('INSERT INTO jobs (id, priority, spec) VALUES (?, ?, ?)'),
    insertReady: db.prepare<[number, number]>('INSERT INTO ready (priority, job_id) VALUES (?, ?)'),
    deleteReady: db.prepare<[number, number]>('DELETE FROM ready WHERE priority = ? AND job_id = ?'),
    nextById: db.prepare<[number, number], FloorJob>(
      'SELECT id, priority, spec FROM jobs WHERE id > ? ORDER BY id LIMIT ?',
    ),
    nextByPriority: db.prepare<[number], FloorJob>(
      `SELECT ready.job_id AS id, ready.priority, jobs.spec FROM ready JOIN jobs ON jobs.id = ready.job_id
       ORDER BY ready.priority, ready.job_id LIMIT ?`,
    ),
    insertLease: db.prepare<[number, number, number]>(
      'INSERT INTO leases (job_id, worker, claimed_at) VALUES (?, ?, ?)',
    ),
    deleteLease: db.prepare<[number]>('DELETE FROM leases WHERE job_id = ?'),
    insertAttempt: db.prepare<[number, number, number, number, string]>(
      `INSERT INTO attempts (job_id, number, worker, claimed_at, ended_at, state, result)
       VALUES (?, 1, ?, ?, ?, 'succeeded', ?)`,
    ),
  }
}
